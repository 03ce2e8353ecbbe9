"""The processes of the vault."""
