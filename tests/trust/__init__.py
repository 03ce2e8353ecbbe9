"""Attempts to make Carnet lose, leak, lie or stop."""
