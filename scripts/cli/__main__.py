"""``python -m scripts.cli``."""

import sys

from eventsourcing.persistence import InterfaceError, OperationalError
from typer.main import get_command

from scripts.cli.app import app
from scripts.cli.filling import filled
from scripts.cli.screen import Exit, err
from shared.kernel.errors import Refusal

try:
    filled(get_command(app))(prog_name="carnet")
except Refusal as refusal:  # of a store, mostly, that a command needs and does not reach
    err.print(f"carnet: {refusal.code}: {refusal.message}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
except (InterfaceError, OperationalError) as outage:  # the library's words for the same
    err.print(f"carnet: unavailable: {outage}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
