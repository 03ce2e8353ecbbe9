"""The rules of profiles and measures."""
