"""The outside of messaging: other services, stored files, archives, and mail."""
