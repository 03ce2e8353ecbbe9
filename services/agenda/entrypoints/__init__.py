"""The processes of agenda."""
