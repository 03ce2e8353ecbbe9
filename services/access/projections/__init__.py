"""What waits for a date or for somebody."""
