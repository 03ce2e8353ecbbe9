"""The processes of messaging."""
