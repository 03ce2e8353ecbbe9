"""``python -m scripts.cli``."""

from scripts.cli.app import app

app(prog_name="carnet")
