"""Keys wrapped anew, and new versions of keys."""

import os
import secrets
from importlib import import_module
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.machine.files import write_private
from scripts.ops.parts import By, DryRun, Service, built, named, operator, progress, refuse
from services.keyring.application import Keyring
from services.keyring.contract import RewrapAll, Rotate
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings

COUNT = "SELECT count(*) FROM keyring_keys WHERE kek <> ?"
KEK_BYTES = 32


def new_key_encryption_key(
    file: Annotated[Path, typer.Argument(help="CARNET_KEK_FILE.")], dry_run: DryRun = False
) -> None:
    """Add a key to the key file; it is the current one once keyring was restarted.

    Then rewrap-keys; then remove the first line, and restart again.
    """
    lines = file.read_text().split()
    if dry_run:
        typer.echo(f"{file} has {len(lines)} keys and would have one more")
        return
    write_private(file, "".join(f"{line}\n" for line in (*lines, secrets.token_hex(KEK_BYTES))))
    typer.echo(f"{file} has {len(lines) + 1} keys; restart keyring, then: carnet ops rewrap-keys")


def rewrap_keys(by: By, dry_run: DryRun = False) -> None:
    """Wrap every key by the current key-encryption key: after a new one was added to the key
    file, or to move them into a security module. Repeated, it goes on where it stopped."""
    with built("keyring", "project") as made:
        keyring: Keyring = made.log
        waiting = _waiting(keyring)
        if dry_run:
            typer.echo(f"{waiting} keys would be wrapped anew")
            return
        with progress() as bar:
            task = bar.add_task("keys wrapped anew", total=waiting)
            done = keyring.rewrap_all(RewrapAll(request_id=uuid4()), operator(by)).keys
            bar.update(task, completed=done)
        if left := _waiting(keyring):
            refuse(f"{left} keys are still wrapped by a former one: run it again")
        typer.echo(f"{done} keys wrapped anew")


def _waiting(keyring: Keyring) -> int:
    building = import_module("services.keyring.bootstrap")  # it needs nameko: not for --help
    own = read_settings(building.KeyringSettings, os.environ, section="keyring")
    current = building.key_wrapper(own, CommonSettings.read(os.environ).kek_file).kek
    with keyring.guarded.reading() as sql:
        [(count,)] = sql(COUNT, current)
    return int(count)


def rotate_key(service: Service, by: By, dry_run: DryRun = False) -> None:
    """Begin a new version of a service's own key: what it seals from now on is sealed under it.

    Former versions still open what they sealed. Within a minute every process has the new one.
    """
    named([service])
    if dry_run:
        typer.echo(f"the key of {service} would have a new version")
        return
    with built("keyring", "project") as made:
        keyring: Keyring = made.log
        done = keyring.rotate(Rotate(request_id=uuid4(), service=service), operator(by))
        typer.echo(f"the key of {service} has a new version, at position {done.position}")
