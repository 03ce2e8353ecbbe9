"""``python -m scripts.cli``."""

import signal
import sys

from eventsourcing.persistence import InterfaceError, OperationalError
from typer.main import get_command

from scripts.cli.app import app
from scripts.cli.filling import filled
from scripts.cli.screen import Exit, err
from scripts.machine.kept import DidNotStart, NotInstalled
from shared.kernel.errors import Refusal

signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is half done goes
try:
    filled(get_command(app))(prog_name="carnet")
except Refusal as refusal:  # of a store, mostly, that a command needs and does not reach
    err.print(f"carnet: {refusal.code}: {refusal.message}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
except (InterfaceError, OperationalError) as outage:  # the library's words for the same
    err.print(f"carnet: unavailable: {outage}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
except NotInstalled as missing:
    err.print(f"carnet: {missing}", markup=False, soft_wrap=True)
    sys.exit(Exit.MISSING)
except DidNotStart as failed:
    err.print(f"carnet: {failed}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
except OSError as refused:  # no room, no right, nothing there
    named = [str(part) for part in (refused.filename, refused.strerror or refused) if part]
    err.print(f"carnet: {': '.join(named)}", markup=False, soft_wrap=True)
    sys.exit(Exit.REFUSED)
