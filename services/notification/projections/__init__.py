"""What can be asked of notices."""
