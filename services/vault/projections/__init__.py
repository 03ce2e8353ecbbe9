"""What can be asked of the vault."""
