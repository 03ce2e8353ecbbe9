"""Restoring: nothing is served before the logs are complete, new epochs begun, keys destroyed."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from scripts.machine.files import private_folder
from scripts.ops.backup import Folder, buckets
from scripts.ops.copies import Databases
from scripts.ops.keys_destroyed import destroy_again, keyring_key, tombstones
from scripts.ops.parts import DryRun, progress, refuse
from scripts.ops.sets import (
    BackupSet,
    Kept,
    at_instant,
    digest_upto,
    file_digest,
    remember,
    remembered,
    set_at,
)
from shared.kernel.clock import instant
from shared.kernel.common import CommonSettings
from shared.stores.objects import AlreadyThere, Objects

CHUNK = 1024 * 1024
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
    if common.data_dir and not common.postgres_dsn:
        aside = private_folder(common.data_dir) / f"before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        databases.put_aside(aside)
    with progress() as bar:
        task = bar.add_task("logs", total=len(found.services))
        for service, kept in found.services.items():
            databases.restore(service, place / kept.file)
            bar.advance(task)
    _finish(common, databases, folder, found)


def finish_restore(folder: Folder, at: At = None, dry_run: DryRun = False) -> None:
    """The same, after databases that another tool restored (an archive of PostgreSQL)."""
    common = CommonSettings.read(os.environ)
    _, found = _chosen(folder, at)
    for sentence in _plan(found):
        typer.echo(sentence)
    if not dry_run:
        databases = Databases(common.data_dir, common.postgres_dsn)
        _finish(common, databases, folder, found)


def _chosen(folder: Path, at: str | None) -> tuple[Path, BackupSet]:
    try:
        return set_at(folder, at_instant(at) if at else datetime.now(UTC))
    except LookupError as error:
        refuse(str(error))


def _plan(found: BackupSet) -> Iterator[str]:
    yield f"set of {instant(found.at)}"
    for service, kept in sorted(found.services.items()):
        yield f"{service}: up to position {kept.position} of epoch {kept.epoch[:8]}"


def _refuse_damaged(place: Path, found: BackupSet) -> None:
    for service, kept in found.services.items():
        if file_digest(place / kept.file) != kept.sha256:
            refuse(f"the file of {service} is not the one that was written: nothing was touched")


def _finish(common: CommonSettings, databases: Databases, folder: Path, found: BackupSet) -> None:
    with progress() as bar:
        for service, kept in found.services.items():
            _complete(databases, service, kept, bar)
        if "keyring" in found.services:
            _destroy(common, databases, folder)
        put_back = _objects(common, folder, bar) if common.s3_endpoint else 0
    typer.echo(f"every log is complete; {put_back} objects put back")
    for sentence in _ahead(found):
        typer.echo(sentence)


def _complete(databases: Databases, service: str, kept: Kept, bar: Progress) -> None:
    """Every event up to N, each as it was; then a new epoch, since what came after N is lost."""
    log = databases.log(service)
    task = bar.add_task(service, total=kept.position)
    try:
        found = digest_upto(log, kept.position, lambda n: bar.update(task, completed=n))
        if found != (kept.position, kept.digest):
            refuse(f"{service} is not complete to position {kept.position}: do not start it")
        log.renew_epoch()
    finally:
        log.close()


def _destroy(common: CommonSettings, databases: Databases, folder: Path) -> None:
    known = remembered(folder)
    removed, unsigned = destroy_again(databases, known, keyring_key(common.service_keys_dir))
    typer.echo(f"{len(known)} destructions of keys applied again; {removed} keys had come back")
    if unsigned:
        refuse(f"{unsigned} destructions are not signed by keyring: do not start, call security")


def _objects(common: CommonSettings, folder: Path, bar: Progress) -> int:
    """Those that are missing; what is there is left as it is."""
    count = 0
    for name, objects in buckets(common):
        root = folder / "objects" / name
        files = [file for file in sorted(root.rglob("*")) if file.is_file()]
        there = set(objects.list())
        task = bar.add_task(f"objects of {name}", total=len(files))
        for file in files:
            key = str(file.relative_to(root))
            count += key not in there and _put(objects, key, file)
            bar.advance(task)
    return count


def _put(objects: Objects, key: str, file: Path) -> bool:
    def chunks() -> Iterator[bytes]:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    try:
        objects.put_once(key, chunks(), file.stat().st_size)
    except AlreadyThere:
        return False
    return True


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
