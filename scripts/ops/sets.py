"""Sets of backups in a folder: what each holds, and how long it may be kept.

``<folder>/sets/<instant>/`` has a file for each service and ``set.json``; ``<folder>/objects``
what the buckets hold, the tiles of the transparency log once for each history that it had;
``<folder>/destructions.jsonl`` every destruction of keys ever seen, which outlives the sets.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.machine.files import private_folder, write_private
from scripts.ops.parts import refuse
from services.audit.domain.settings import BUCKET
from shared.crypto.tombstones import Tombstone
from shared.kernel.clock import instant, parse_instant
from shared.stores.event_log import EventLog

LONGEST = timedelta(days=89)
"""The law's term for what was deleted to be gone from backups too: three months, in the shortest
case (February is one of them)."""
PAGE = 500
CHUNK = 1024 * 1024
NONE_YET = "0" * 64
BEGUN = "%Y%m%dT%H%M%S.%fZ"
"""A set's folder is named by when it was begun."""


class Kept(BaseModel):
    """One service's log in a set: ``position`` is N, ``digest`` covers every event up to it.

    ``followed``: how far it had applied each publisher. ``sha256``: of the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sha256: str
    epoch: str
    position: int
    digest: str
    followed: dict[str, int]


class Compared(BaseModel):
    """What was compared before anything was copied: nobody had more of another, of ``services``,
    than this had (messages, leaves, a signed tree), but for ``ahead``: logs that had been put back
    before. ``unverified``: logs that are not in the set, of which something is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attempts: int
    ahead: list[str]
    unverified: list[str]


class BackupSet(BaseModel):
    """``compared`` is ``None`` in sets made before they were cuts: each log was of another moment.
    ``tiles``: the folder, of those of objects, that has the transparency log's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    services: dict[str, Kept] = Field(min_length=1)
    compared: Compared | None = None
    tiles: str = BUCKET


def what_was_compared(found: BackupSet) -> Iterator[str]:
    if found.compared is None:
        yield "made by a former version: its logs are of different moments, and were not compared"
        return
    yield f"a cut of {len(found.services)} logs: none is ahead of another"
    for known in found.compared.ahead:
        yield f"but {known}, which was put back below that before: see the runbook of a restore"
    for other in found.compared.unverified:
        yield f"not compared with {other}, which is not here"


def sets(folder: Path) -> list[tuple[Path, BackupSet]]:
    """The complete ones, oldest first: what is being written has no ``set.json`` yet."""
    files = sorted((folder / "sets").glob("*/set.json"))
    return [(file.parent, _manifest(file)) for file in files]


def _manifest(file: Path) -> BackupSet:
    try:
        return BackupSet.model_validate_json(file.read_text())
    except ValidationError:
        refuse(f"{file} is not of a set that this version knows: see to it, or move it away")


def set_at(folder: Path, at: datetime) -> tuple[Path, BackupSet]:
    """The newest one that was begun no later; ``LookupError`` if there is none."""
    found = [pair for pair in sets(folder) if pair[1].at <= at]
    if not found:
        raise LookupError(f"no set of {folder} is of {instant(at)} or before")
    return found[-1]


def new_set(folder: Path, now: datetime) -> Path:
    name = now.astimezone(UTC).strftime(BEGUN)
    return private_folder(private_folder(private_folder(folder) / "sets") / name)


def digest_upto(log: EventLog, upto: int, note: Callable[[int], object]) -> tuple[int, str]:
    """One digest over all leaves up to a position, and the last position there is up to it.

    Any event missing, changed, added or out of its place gives another one. No key is needed.
    ``note`` is told how far it is.
    """
    reached, digest = 0, NONE_YET
    while reached < upto:
        batch = log.leaves(reached, min(PAGE, upto - reached))
        leaves = [leaf for leaf in batch.leaves if leaf[0] <= upto]
        for position, leaf in leaves:
            digest = hashlib.sha256(f"{digest}{position}:{leaf}".encode()).hexdigest()
        if not leaves:
            break
        reached = leaves[-1][0]
        note(reached)
    return reached, digest


def file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def remembered(folder: Path) -> list[Tombstone]:
    """Every destruction of keys the folder knows of, oldest first."""
    file = folder / "destructions.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [Tombstone.model_validate_json(line) for line in lines]


def remember(folder: Path, tombstones: list[Tombstone]) -> int:
    """Add those not there yet; how many. Only ever added to, apart from the sets, so that a
    restore of any age finds the destructions that came after it."""
    known = {t.record_id for t in remembered(folder)}
    new = [t for t in tombstones if t.record_id not in known]
    lines = [t.model_dump_json() for t in (*remembered(folder), *new)]
    write_private(private_folder(folder) / "destructions.jsonl", "".join(f"{x}\n" for x in lines))
    return len(new)


def expired(folder: Path, now: datetime, kept: timedelta) -> list[Path]:
    """Sets past their term, and what is left of those that were broken off: wrapped keys are in
    both. The newest is one too, whatever its age: a term is a promise."""
    if kept > LONGEST:
        raise ValueError(f"backups are kept {LONGEST.days} days at most")
    begun = [(path, made.at) for path, made in sets(folder)]
    return [path for path, at in (*begun, *_unfinished(folder)) if now - at > kept]


def _unfinished(folder: Path) -> Iterator[tuple[Path, datetime]]:
    for path in (folder / "sets").glob("*/"):
        if not (path / "set.json").exists():
            with suppress(ValueError):  # a folder of somebody else's
                yield path, datetime.strptime(path.name, BEGUN).replace(tzinfo=UTC)


def at_instant(text: str) -> datetime:
    return parse_instant(text)
