"""What happens to keys, and who may hold them."""
