"""``./scripts/carnet``: run Carnet on this machine, and call it."""
