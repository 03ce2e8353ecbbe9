"""The processes of the catalogue."""
