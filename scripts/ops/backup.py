"""Backups: events, wrapped keys and where each service stands, objects, destructions of keys."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from scripts.cli.processes import SERVICES
from scripts.machine.files import write_private
from scripts.ops.copies import Databases
from scripts.ops.cut import Cut, Standing, Torn, cut_of, in_order
from scripts.ops.keys_destroyed import tombstones
from scripts.ops.objects import copy_objects
from scripts.ops.parts import DryRun, progress, refuse
from scripts.ops.sets import (
    BackupSet,
    Compared,
    Kept,
    digest_upto,
    expired,
    file_digest,
    new_set,
    remember,
    what_was_compared,
)
from scripts.ops.tiles import folder_of_history
from shared.kernel.clock import instant
from shared.kernel.common import CommonSettings

Folder = Annotated[Path, typer.Argument(help="Where the sets are; another place than the data.")]
KEPT_DAYS = 35


def backup(folder: Folder, dry_run: DryRun = False) -> None:
    """Add a set: a cut of all logs, with a digest of all events of each; objects beside.

    What was acknowledged before the command began is in it. Services go on meanwhile; those that
    write to SQLite wait for a moment. Ends with 1, and nothing is written, if no moment is found
    at which no service knew of another what this did not have.
    """
    common = CommonSettings.read(os.environ)
    databases = Databases(common.data_dir, common.postgres_dsn)
    present = [service for service in SERVICES if databases.has(service)]
    if not present:
        refuse("there is no log here")
    if dry_run:
        typer.echo(f"a set of {', '.join(in_order(present))} would be added to {folder}")
        return
    try:
        with progress() as bar, _cut(databases, present, bar) as cut:
            place = new_set(folder, cut.at)
            try:
                said = _fill(common, databases, folder, place, cut, bar)
            except BaseException:
                shutil.rmtree(place)
                raise
    except Torn as torn:
        refuse(str(torn))
    for sentence in said:
        typer.echo(sentence)


@contextmanager
def _cut(databases: Databases, services: Sequence[str], bar: Progress) -> Iterator[Cut]:
    task = bar.add_task("cut", total=1)
    with cut_of(databases, services) as cut:
        bar.advance(task)
        yield cut


def _fill(
    common: CommonSettings,
    databases: Databases,
    folder: Path,
    place: Path,
    cut: Cut,
    bar: Progress,
) -> list[str]:
    """The manifest comes last: without it there is no set. Return what is to be said of it."""
    task = bar.add_task("logs", total=len(cut.snapshots))
    made = {}
    for service, snapshot in cut.snapshots.items():
        file = snapshot.copy(place)
        snapshot.close()  # what is held is in the way of who tidies up the database
        made[service] = _kept(databases, service, file, cut.standings[service], bar)
        bar.advance(task)
    tiles = folder_of_history(folder, made)
    objects = copy_objects(common, folder, tiles, bar) if common.s3_endpoint else 0
    learnt = remember(folder, tombstones(databases)) if "keyring" in made else 0
    compared = Compared(
        attempts=cut.attempts,
        ahead=[str(known) for known in cut.ahead],
        unverified=list(cut.unverified),
    )
    found = BackupSet(at=cut.at, services=made, compared=compared, tiles=tiles)
    write_private(place / "set.json", found.model_dump_json(indent=1))
    events = sum(kept.position for kept in made.values())
    return [
        f"{instant(cut.at)}: {events} events, {objects} objects, {learnt} new destructions",
        *what_was_compared(found),
    ]


def _kept(
    databases: Databases, service: str, file: Path, standing: Standing, bar: Progress
) -> Kept:
    log = databases.log(service)
    task = bar.add_task(service, total=standing.head)
    try:
        _, digest = digest_upto(log, standing.head, lambda n: bar.update(task, completed=n))
    finally:
        log.close()
        bar.remove_task(task)
    return Kept(
        file=file.name,
        sha256=file_digest(file),
        epoch=standing.epoch,
        position=standing.head,
        digest=digest,
        followed=standing.followed,
    )


def expire_backups(
    folder: Folder,
    days: Annotated[
        int, typer.Option(min=0, help="Kept so long; what certificates of erasure say.")
    ] = KEPT_DAYS,
    dry_run: DryRun = False,
) -> None:
    """Remove sets past their term, also what is left of one that was broken off, and copies of
    objects that were deleted that long ago."""
    now, kept = datetime.now(UTC), timedelta(days=days)
    try:
        old = expired(folder, now, kept)
    except ValueError as error:
        refuse(str(error))
    files = [f for f in (folder / "objects").rglob("*") if f.is_file()]
    gone = [f for f in files if now.timestamp() - f.stat().st_mtime > kept.total_seconds()]
    if not dry_run:
        for path in old:
            shutil.rmtree(path)
        for file in gone:
            file.unlink()
    verb = "would be removed" if dry_run else "removed"
    typer.echo(f"{len(old)} sets and {len(gone)} objects {verb}")
