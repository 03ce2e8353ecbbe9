"""What can be asked of conversations."""
