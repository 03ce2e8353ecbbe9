"""What profile speaks to."""
