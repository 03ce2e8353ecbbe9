"""The processes of prescription."""
