"""``python -m scripts.cli``."""

from typer.main import get_command

from scripts.cli.app import app
from scripts.cli.filling import filled

filled(get_command(app))(prog_name="carnet")
