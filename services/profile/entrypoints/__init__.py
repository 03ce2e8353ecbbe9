"""The processes of profile."""
