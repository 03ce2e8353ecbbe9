"""Backups: events, wrapped keys and where each service stands, objects, destructions of keys."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from scripts.cli.processes import SERVICES
from scripts.machine.files import private_folder, write_private
from scripts.manifests.wiring import wiring
from scripts.ops.copies import Databases
from scripts.ops.keys_destroyed import tombstones
from scripts.ops.parts import DryRun, progress, refuse
from scripts.ops.sets import (
    BackupSet,
    Kept,
    digest_upto,
    expired,
    file_digest,
    new_set,
    remember,
)
from services.audit.domain.settings import BUCKET
from services.audit.domain.tiles import CHECKPOINT_PATH, COSIGNED_PATH, VKEY_PATH
from shared.kernel.clock import instant
from shared.kernel.common import CommonSettings
from shared.stores.objects import Objects, open_objects

Folder = Annotated[Path, typer.Argument(help="Where the sets are; another place than the data.")]
KEPT_DAYS = 35
WRITTEN_AGAIN = (CHECKPOINT_PATH, COSIGNED_PATH, VKEY_PATH)
"""Of the transparency log; all its other files are written once."""


def backup(folder: Folder, dry_run: DryRun = False) -> None:
    """Add a set: each log as of one moment, with a digest of all its events; objects beside.

    What was acknowledged before the command began is in it. Services go on meanwhile. Followers
    are copied before those they follow, so that a set as a whole can seldom be ahead of itself.
    """
    common = CommonSettings.read(os.environ)
    databases = Databases(common.data_dir, common.postgres_dsn)
    present = [service for service in _followers_first() if databases.has(service)]
    if not present:
        refuse("there is no log here")
    if dry_run:
        typer.echo(f"a set of {', '.join(present)} would be added to {folder}")
        return
    now = datetime.now(UTC)
    place = new_set(folder, now)
    with progress() as bar:
        if common.s3_endpoint:
            _copy_what_changes(common, folder)
        task = bar.add_task("logs", total=len(present))
        made = {}
        for service in present:
            made[service] = _keep(databases, service, place, bar)
            bar.advance(task)
        objects = _copy_objects(common, folder, bar) if common.s3_endpoint else 0
    learnt = remember(folder, tombstones(databases)) if "keyring" in present else 0
    write_private(place / "set.json", BackupSet(at=now, services=made).model_dump_json(indent=1))
    events = sum(kept.position for kept in made.values())
    typer.echo(f"{instant(now)}: {events} events, {objects} objects, {learnt} new destructions")


def _followers_first() -> list[str]:
    """By how many follow a service; keyring, whom all ask, last."""
    followed = [other for service in SERVICES for other in wiring(service).follows]
    return sorted(SERVICES, key=lambda s: (s == "keyring", followed.count(s)))


def _keep(databases: Databases, service: str, place: Path, bar: Progress) -> Kept:
    file, last = databases.copy(service, place)
    log = databases.log(service)
    task = bar.add_task(service, total=last)
    try:
        _, digest = digest_upto(log, last, lambda n: bar.update(task, completed=n))
        reached_of = {p: log.places.followed(p) for p in wiring(service).follows}
        return Kept(
            file=file.name,
            sha256=file_digest(file),
            epoch=log.head().epoch,
            position=last,
            digest=digest,
            followed={p: link.position for p, link in reached_of.items() if link},
        )
    finally:
        log.close()
        bar.remove_task(task)


def buckets(common: CommonSettings) -> Iterator[tuple[str, Objects]]:
    for service in SERVICES:
        if wiring(service).keeps_objects:
            yield service, open_objects(common, service)


def _copy_what_changes(common: CommonSettings, folder: Path) -> None:
    """Before the logs: audit signs in its log first and shows it then, so that what a set shows
    is never larger than what its log remembers signing, which audit would take for a fork."""
    objects = open_objects(common, BUCKET)
    for key in WRITTEN_AGAIN:
        if objects.stat(key):
            _fetch(objects, key, folder / "objects" / BUCKET / key, None)


def _copy_objects(common: CommonSettings, folder: Path, bar: Progress) -> int:
    """After the logs, so that what they name is there: those that are new, each written once; an
    object's name is its path."""
    count = 0
    for name, objects in buckets(common):
        keys = list(objects.list())
        task = bar.add_task(f"objects of {name}", total=len(keys))
        for key in keys:
            file = folder / "objects" / name / key
            stat = objects.stat(key)
            is_new = not file.exists() or (stat and not stat.sha256)
            if stat and is_new and not (name == BUCKET and key in WRITTEN_AGAIN):
                _fetch(objects, key, file, stat.sha256)
                count += 1
            if file.exists():
                os.utime(file)  # seen in this backup: its term begins when it is no longer
            bar.advance(task)
    return count


def _fetch(objects: Objects, key: str, file: Path, sha256: str | None) -> None:
    private_folder(file.parent)
    new = file.with_name(file.name + ".new")
    digest = hashlib.sha256()
    with new.open("wb") as stream:
        for chunk in objects.get(key):
            digest.update(chunk)
            stream.write(chunk)
    if sha256 and digest.hexdigest() != sha256:
        new.unlink()
        refuse(f"the object {key} is not what was stored: run carnet ops sweep, call security")
    new.replace(file)


def expire_backups(
    folder: Folder,
    days: Annotated[
        int, typer.Option(help="Kept so long; what certificates of erasure say.")
    ] = KEPT_DAYS,
    dry_run: DryRun = False,
) -> None:
    """Remove sets past their term, and copies of objects that were deleted that long ago."""
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
