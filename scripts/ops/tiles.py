"""The transparency log's bucket, made to show what the restored tables of audit remember.

A log that is put back goes on with other leaves than those it lost. Tiles of these would be in the
way of its own, and a checkpoint of theirs is one that it never signed: it takes both for a fork,
and signs nothing more. So neither the bucket nor a folder of copies ever mixes two histories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from scripts.ops.objects import fetch, keys_in, put
from scripts.ops.sets import Kept, file_digest, sets
from services.audit.adapters.files import BucketFiles
from services.audit.adapters.tree import SqlTree
from services.audit.adapters.witnesses import KeptCosignatures
from services.audit.domain.settings import BUCKET
from services.audit.domain.tiles import (
    CHECKPOINT_PATH,
    COSIGNED_PATH,
    WIDTH,
    MalformedLog,
    parse_path,
)
from shared.stores.event_log import EventLog
from shared.stores.objects import Objects


@dataclass(frozen=True)
class Copies:
    """Tiles beside a set. ``is_same``: of the very history that the tables are of, so that a tile
    of the same name and of another content is of another one."""

    folder: Path
    is_same: bool


def folder_of_history(folder: Path, made: Mapping[str, Kept]) -> str:
    """The name of the folder of copies for the tiles of a set: that of the sets of audit's epoch,
    which every restore renews, unless it has tiles of another one too."""
    if BUCKET not in made:
        return BUCKET
    epochs: dict[str, set[str]] = {}
    for _, found in sets(folder):
        if BUCKET in found.services:
            epochs.setdefault(found.tiles, set()).add(found.services[BUCKET].epoch)
    epoch = made[BUCKET].epoch
    own = [tiles for tiles, among in epochs.items() if among == {epoch}]
    return own[-1] if own else f"{BUCKET}-{epoch}"


def show_as_remembered(
    log: EventLog, objects: Objects, copies: Copies, aside: Path, bar: Progress
) -> int:
    """Tiles of the tree that audit's tables hold, the notes that they keep; what else is there is
    put ``aside`` first. Return how many tiles were put back."""
    tree = SqlTree(log.guarded)
    cosigned = KeptCosignatures(log.guarded, BucketFiles(objects)).last()
    size = tree.size()
    there = [key for key in objects.list() if _is_tile(key)]
    task = bar.add_task(f"objects of {BUCKET}", total=len(there))
    for key in there:
        if _is_beyond(key, size) or _is_another(objects, key, copies):
            _put_aside(objects, key, aside)
        bar.advance(task)
    _show(objects, CHECKPOINT_PATH, tree.signed(), aside)
    _show(objects, COSIGNED_PATH, cosigned, aside)
    kept = [key for key in keys_in(copies.folder) if _is_tile(key) and not _is_beyond(key, size)]
    missing = set(kept).difference(objects.list())
    return sum(put(objects, key, copies.folder / key) for key in sorted(missing))


def _is_tile(key: str) -> bool:
    try:
        parse_path(key)
    except MalformedLog:
        return False
    return True


def _is_beyond(key: str, size: int) -> bool:
    """Whether it is a tile with a leaf that a tree of that size does not have."""
    tile = parse_path(key)
    leaves = (tile.index * WIDTH + tile.width) << 8 * max(tile.level, 0)
    return leaves > size


def _is_another(objects: Objects, key: str, copies: Copies) -> bool:
    copy = copies.folder / key
    if not (copies.is_same and copy.is_file()):
        return False
    stat = objects.stat(key)
    return stat is None or stat.sha256 != file_digest(copy)


def _show(objects: Objects, key: str, note: str | None, aside: Path) -> None:
    there = objects.read(key)
    if there is not None and there.decode(errors="replace") != note:
        _put_aside(objects, key, aside)
    if note is not None:
        objects.put(key, note.encode())


def _put_aside(objects: Objects, key: str, aside: Path) -> None:
    fetch(objects, key, aside / key, None)
    objects.delete(key)
