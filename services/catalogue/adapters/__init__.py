"""The outside of the catalogue: access, and its tables of codes."""
