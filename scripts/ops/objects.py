"""Objects of all buckets: copied beside the sets, and put back. A copy's path is its key."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from rich.progress import Progress

from scripts.cli.processes import SERVICES
from scripts.machine.files import private_folder
from scripts.manifests.wiring import wiring
from scripts.ops.parts import refuse
from services.audit.domain.settings import BUCKET
from services.audit.domain.tiles import CHECKPOINT_PATH, COSIGNED_PATH, VKEY_PATH
from shared.kernel.common import CommonSettings
from shared.stores.objects import AlreadyThere, Objects, open_objects

CHUNK = 1024 * 1024
UNFINISHED = ".new"
WRITTEN_AGAIN = (CHECKPOINT_PATH, COSIGNED_PATH, VKEY_PATH)
"""Of the transparency log: what audit's own tables (and its key) say, and so in no copy. All else
is written once."""


def buckets(common: CommonSettings) -> Iterator[tuple[str, Objects]]:
    for service in SERVICES:
        if wiring(service).keeps_objects:
            yield service, open_objects(common, service)


def copies_of(folder: Path, name: str, tiles: str) -> Path:
    """Where those of a bucket are; ``tiles``: the name of the folder of the transparency log's."""
    return folder / "objects" / (tiles if name == BUCKET else name)


def copy_objects(common: CommonSettings, folder: Path, tiles: str, bar: Progress) -> int:
    """Those that are new, each written once; after the logs, so that what they name is there."""
    count = 0
    for name, objects in buckets(common):
        keys = [key for key in objects.list() if not _is_written_again(name, key)]
        task = bar.add_task(f"objects of {name}", total=len(keys))
        for key in keys:
            file = copies_of(folder, name, tiles) / key
            stat = objects.stat(key)
            is_new = not file.exists() or (stat and not stat.sha256)
            if stat and is_new:
                fetch(objects, key, file, stat.sha256)
                count += 1
            if file.exists():
                os.utime(file)  # seen in this backup: its term begins when it is no longer
            bar.advance(task)
    return count


def put_back(objects: Objects, name: str, root: Path, bar: Progress) -> int:
    """Those that are missing; what is there is left as it is."""
    keys = [key for key in keys_in(root) if not _is_written_again(name, key)]
    there = set(objects.list())
    count = 0
    task = bar.add_task(f"objects of {name}", total=len(keys))
    for key in keys:
        count += key not in there and put(objects, key, root / key)
        bar.advance(task)
    return count


def keys_in(root: Path) -> list[str]:
    """But for what a backup was copying when it was broken off."""
    files = [file for file in sorted(root.rglob("*")) if file.is_file()]
    return [str(file.relative_to(root)) for file in files if file.suffix != UNFINISHED]


def fetch(objects: Objects, key: str, file: Path, sha256: str | None) -> None:
    private_folder(file.parent)
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}{UNFINISHED}")  # two may copy at once
    digest = hashlib.sha256()
    with new.open("wb") as stream:
        for chunk in objects.get(key):
            digest.update(chunk)
            stream.write(chunk)
    if sha256 and digest.hexdigest() != sha256:
        new.unlink()
        refuse(f"the object {key} is not what was stored: run carnet ops sweep, call security")
    new.replace(file)


def put(objects: Objects, key: str, file: Path) -> bool:
    """Whether it was missing."""

    def chunks() -> Iterator[bytes]:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    try:
        objects.put_once(key, chunks(), file.stat().st_size)
    except AlreadyThere:
        return False
    return True


def _is_written_again(name: str, key: str) -> bool:
    return name == BUCKET and key in WRITTEN_AGAIN
