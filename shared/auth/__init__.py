"""From a caller's token to an Actor."""
