"""The integrity sweep: what is stored is what was recorded of it."""

import hashlib
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from scripts.cli.processes import SERVICES
from scripts.cli.screen import Exit
from scripts.ops.copies import Databases
from scripts.ops.objects import buckets
from scripts.ops.parts import DryRun, progress, refuse
from scripts.ops.sets import Kept, digest_upto, sets
from shared.kernel.common import CommonSettings
from shared.stores.objects import Objects


def sweep(
    folder: Annotated[Path, typer.Argument(help="Where the sets of backups are.")],
    dry_run: DryRun = False,
) -> None:
    """Compare every log with the newest set, and every object with the digest it was stored with.

    Ends with 1 and names what differs. (That the log is the one that was published, and signed,
    is what carnet audit verify compares.)
    """
    common = CommonSettings.read(os.environ)
    databases = Databases(common.data_dir, common.postgres_dsn)
    found = sets(folder)
    kept = found[-1][1].services if found else {}
    swept = [service for service in SERVICES if databases.has(service) and service in kept]
    if dry_run:
        typer.echo(f"{', '.join(swept) or 'no log'} would be compared, and every object")
        return
    if not swept:
        refuse(f"there is no set in {folder} of a log that is here: nothing was compared")
    with progress() as bar:
        wrong = [s for s in swept if not _is_as_kept(databases, s, kept[s], bar)]
        differing = [f"the log of {service}" for service in wrong]
        if common.s3_endpoint:
            for name, objects in buckets(common):
                differing += [f"{name}: {key}" for key in _differing(name, objects, bar)]
    for what in differing:
        typer.echo(f"differs: {what}")
    typer.echo(f"{len(swept)} logs compared, {len(differing)} findings")
    if differing:
        raise typer.Exit(Exit.REFUSED)


def _is_as_kept(databases: Databases, service: str, kept: Kept, bar: Progress) -> bool:
    log = databases.log(service)
    task = bar.add_task(service, total=kept.position)
    try:
        found = digest_upto(log, kept.position, lambda n: bar.update(task, completed=n))
    finally:
        log.close()
    return found == (kept.position, kept.digest)


def _differing(name: str, objects: Objects, bar: Progress) -> list[str]:
    keys = list(objects.list())
    task = bar.add_task(f"objects of {name}", total=len(keys))
    found = []
    for key in keys:
        stat = objects.stat(key)
        if stat and stat.sha256 and _digest(objects, key) != stat.sha256:
            found.append(key)
        bar.advance(task)
    return found


def _digest(objects: Objects, key: str) -> str:
    digest = hashlib.sha256()
    for chunk in objects.get(key):
        digest.update(chunk)
    return digest.hexdigest()
