"""Restoring: nothing is served before the logs are complete, new epochs begun, keys destroyed."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from scripts.ops.backup import Folder
from scripts.ops.copies import Databases
from scripts.ops.keys_destroyed import destroy_again, keyring_key, tombstones
from scripts.ops.objects import buckets, copies_of, put_back
from scripts.ops.parts import DryRun, progress, refuse
from scripts.ops.queues import emptied
from scripts.ops.sets import (
    BackupSet,
    Kept,
    at_instant,
    digest_upto,
    file_digest,
    remember,
    remembered,
    set_at,
    what_was_compared,
)
from scripts.ops.tiles import Copies, show_as_remembered
from services.audit.domain.settings import BUCKET
from shared.kernel.clock import instant
from shared.kernel.common import CommonSettings
from shared.stores.objects import Objects

At = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="As of then (RFC 3339); newest if not given.")
]


def restore(folder: Folder, at: At = None, dry_run: DryRun = False) -> None:
    """Put back a set, while nothing runs: logs, keys, objects; then what must be done after one.

    What is there is put aside, not deleted. Read models are built anew when services start.
    """
    common = CommonSettings.read(os.environ)
    databases = Databases(common.data_dir, common.postgres_dsn)
    place, found = _chosen(folder, at)
    for sentence in _plan(found):
        typer.echo(sentence)
    if dry_run:
        return
    _refuse_damaged(place, found)
    if databases.has("keyring"):
        remember(folder, tombstones(databases))  # what is about to be replaced may know the newest
    _refuse_in_use(databases, found)
    with progress() as bar:
        task = bar.add_task("logs", total=len(found.services))
        files = {service: place / kept.file for service, kept in found.services.items()}
        databases.replace(files, lambda: bar.advance(task))
    _finish(common, databases, folder, found)


def finish_restore(folder: Folder, at: At = None, dry_run: DryRun = False) -> None:
    """The same, after databases that another tool restored (an archive of PostgreSQL)."""
    common = CommonSettings.read(os.environ)
    _, found = _chosen(folder, at)
    for sentence in _plan(found):
        typer.echo(sentence)
    if not dry_run:
        databases = Databases(common.data_dir, common.postgres_dsn)
        _refuse_in_use(databases, found)
        _finish(common, databases, folder, found)


def _chosen(folder: Path, at: str | None) -> tuple[Path, BackupSet]:
    try:
        instant_of_it = at_instant(at) if at else datetime.now(UTC)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None
    try:
        return set_at(folder, instant_of_it)
    except LookupError as error:
        refuse(str(error))


def _plan(found: BackupSet) -> Iterator[str]:
    yield f"set of {instant(found.at)}"
    yield from what_was_compared(found)
    for service, kept in sorted(found.services.items()):
        yield f"{service}: up to position {kept.position} of epoch {kept.epoch[:8]}"


def _refuse_damaged(place: Path, found: BackupSet) -> None:
    for service, kept in found.services.items():
        file = place / kept.file
        if not file.is_file() or file_digest(file) != kept.sha256:
            refuse(f"the file of {service} is not the one that was written: nothing was touched")


def _refuse_in_use(databases: Databases, found: BackupSet) -> None:
    """Who serves meanwhile would write to what is put aside, or of an epoch that has ended."""
    if used := next(databases.in_use(list(found.services)), None):
        refuse(f"{used} is in use: stop every process of the services first; nothing was touched")


def _finish(common: CommonSettings, databases: Databases, folder: Path, found: BackupSet) -> None:
    with progress() as bar:
        services = found.services.items()
        same = {name for name, kept in services if _complete(databases, name, kept, bar)}
        if "keyring" in found.services:
            _destroy(common, databases, folder)
        objects = 0
        if common.s3_endpoint:
            for name, bucket in buckets(common):
                copies = copies_of(folder, name, found.tiles)
                if name == BUCKET and name in found.services:
                    history = Copies(copies, is_same=name in same)
                    objects += _tiles(databases, bucket, history, folder, bar)
                else:
                    objects += put_back(bucket, name, copies, bar)
    typer.echo(f"every log is complete; {objects} objects put back")
    typer.echo(emptied(common.amqp_uri))
    for sentence in _ahead(found):
        typer.echo(sentence)


def _complete(databases: Databases, service: str, kept: Kept, bar: Progress) -> bool:
    """Every event up to N, each as it was; then a new epoch, since what came after N is lost.
    Return whether the set is of the epoch that ends so."""
    log = databases.log(service)
    task = bar.add_task(service, total=kept.position)
    try:
        found = digest_upto(log, kept.position, lambda n: bar.update(task, completed=n))
        if found != (kept.position, kept.digest):
            refuse(f"{service} is not complete to position {kept.position}: do not start it")
        epoch = log.head().epoch
        log.renew_epoch()
        return epoch == kept.epoch
    finally:
        log.close()


def _destroy(common: CommonSettings, databases: Databases, folder: Path) -> None:
    known = remembered(folder)
    removed, unsigned = destroy_again(databases, known, keyring_key(common.service_keys_dir))
    typer.echo(f"{len(known)} destructions of keys applied again; {removed} keys had come back")
    if unsigned:
        refuse(f"{unsigned} destructions are not signed by keyring: do not start, call security")


def _tiles(
    databases: Databases, objects: Objects, copies: Copies, folder: Path, bar: Progress
) -> int:
    aside = folder / f"before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}" / BUCKET
    with closing(databases.log(BUCKET)) as log:
        return show_as_remembered(log, objects, copies, aside, bar)


def _ahead(found: BackupSet) -> Iterator[str]:
    """Who had applied what is lost will stop, and is told so by an operator."""
    for service, kept in sorted(found.services.items()):
        for publisher, position in kept.followed.items():
            there = found.services.get(publisher)
            if there and position > there.position:
                yield (
                    f"{service} had applied {publisher} up to {position}, which now ends at"
                    f" {there.position}: carnet ops realign {service} {publisher}"
                    f" {there.position} backup_restored --by YOU"
                )
