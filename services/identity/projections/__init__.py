"""What can be asked of identity beyond one record."""
