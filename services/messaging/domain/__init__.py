"""Rules of conversations and of their mail."""
