"""The outside of the directory: its code tables."""
