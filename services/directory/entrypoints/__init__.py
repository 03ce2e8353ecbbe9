"""The processes of directory."""
