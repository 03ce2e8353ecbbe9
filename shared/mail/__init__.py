"""Mail that leaves: one port, a server or a folder behind it, and reading what servers answer."""
