"""The command line itself: what there is, and how it is explained."""

from importlib import import_module
from importlib.util import find_spec

import typer

from scripts.cli import access, calls, directory, identity, machine
from scripts.cli.screen import EXIT_CODES
from scripts.conformance.command import conformance
from scripts.ops.app import app as operating

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals hold tokens and people's data
    help="""Run Carnet on this machine, call it as anybody, and audit it.
    ([b]carnet[/] below stands for [b]./scripts/carnet[/].)

    [b]Start here[/]

      carnet up --detach                         broker, object store, services
      carnet call vault                          what the vault answers to
      carnet call vault.search record_id=... --as patient,record=...
      carnet down
    """,
    epilog=EXIT_CODES,
)
for command in (machine.up, machine.down, machine.status, calls.token, calls.call):
    app.command(epilog=EXIT_CODES)(command)
app.add_typer(access.app, name="access")
app.add_typer(directory.app, name="directory")
app.add_typer(identity.app, name="identity")
if find_spec("scripts.cli.audit"):
    app.add_typer(import_module("scripts.cli.audit").app, name="audit")
app.add_typer(operating, name="ops")
app.command(epilog=EXIT_CODES)(conformance)
