"""People who may not, and what they try."""
