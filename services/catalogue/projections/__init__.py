"""What can be asked of the catalogue, and what is due."""
