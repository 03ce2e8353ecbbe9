"""``carnet ops``."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.screen import EXIT_CODES
from scripts.ops import (
    backup,
    emergency,
    messages,
    migrate,
    prepare,
    rebuild,
    restore,
    rotate,
    signing_keys,
    sweep,
    versions,
)
from scripts.ops.parts import use_place

app = typer.Typer(
    no_args_is_help=True,
    help="""Operate Carnet: migrations, waiting messages, keys, backups, emergencies.

    Run where the services run, with their CARNET_* settings; with --dir, on an embedded Carnet.
    """,
    epilog=EXIT_CODES,
)


@app.callback()
def settings(
    home: Annotated[
        Path | None,
        typer.Option("--dir", metavar="D", help="Folder of an embedded Carnet."),
    ] = None,
) -> None:
    use_place(home)


for command in (
    *(migrate.migrate, messages.parked, messages.retry, messages.discard, messages.realign),
    *(
        messages.renew_epoch,
        messages.drop_checkpoint,
        backup.backup,
        backup.expire_backups,
        restore.restore,
    ),
    *(restore.finish_restore, sweep.sweep, prepare.prepare),
    *(rebuild.rebuild, versions.compare_versions, emergency.read_only, emergency.drain),
    *(emergency.resume, rotate.new_key_encryption_key, rotate.rewrap_keys, rotate.rotate_key),
    *(signing_keys.next_signing_key, signing_keys.switch_signing_key),
    *(signing_keys.next_log_key, signing_keys.log_keys),
):
    app.command(epilog=EXIT_CODES)(command)
