"""Compares what the services' stores hold with what the log says they held.

Every entry must be the digest of the event the log assigns it to; every event must be assigned
once, in the order of its store; the entries must hash to the root that was signed. The map from
entries to events is audit's own and is not trusted: a false one shows as differences.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.audit.domain.batch import Run
from services.audit.domain.growth import Files
from services.audit.domain.log_walk import Leaf, LogWalk
from services.audit.domain.memory import Memory, Seen
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.stored import StoredRow
from services.audit.domain.tiles import CHECKPOINT_PATH
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import leaf_hash
from shared.kernel.note import CheckSignature, InvalidNote, VerifierKey, open_note

Advance = Callable[[int], None]
"""Told how many more leaves were checked."""


class EventSource(Protocol):
    """The services' event stores, live or copied; nothing is ever written to them."""

    def services(self) -> Sequence[str]: ...

    def rows(self, service: str) -> Iterator[StoredRow]:
        """Every row, by rising position."""
        ...

    def runs(self) -> Iterator[Run]:
        """Where audit says it put which events, by rising index."""
        ...

    def seen(self) -> Iterator[Seen]:
        """The checkpoints that services kept, and the last one that audit signed."""
        ...


class RowCheck(Protocol):
    """One more look at a row that the log vouches for, or should have."""

    def check(self, row: StoredRow, report: VerificationReport) -> Iterable[Finding]: ...


@dataclass(frozen=True, kw_only=True)
class Log:
    files: Files
    verifier: VerifierKey
    check: CheckSignature


@dataclass(kw_only=True)
class Verification:
    """``heads``: of services that run, the last position of each when one began to look. What
    they wrote since may not be logged yet, and is counted as pending; all else must be. ``None``:
    nothing runs, and everything must be logged.
    """

    source: EventSource
    log: Log
    checks: Sequence[RowCheck] = ()
    heads: Mapping[str, int] | None = None
    advance: Advance = lambda _: None
    report: VerificationReport = field(default_factory=VerificationReport)

    def run(self) -> VerificationReport:
        seen = list(self.source.seen())  # before the checkpoint, which may grow meanwhile
        checkpoint = self._checkpoint()
        size = checkpoint.size if checkpoint else 0
        walk = LogWalk(self.log.files, size, lambda finding: self.report.add([finding]))
        readers = {name: _Reader(self.source.rows(name)) for name in self.source.services()}
        memory = Memory(self.log.verifier, self.log.check, self.report)
        memory.recall(seen, size)
        self._compare(memory.watching(walk), readers)
        if checkpoint and walk.root() != checkpoint.root:
            self.report.add([Finding(kind=FindingKind.ROOT_DIFFERS)])
        else:
            memory.tell_forks()
        for service, reader in readers.items():
            self._tail(service, reader)
        return self.report

    def _checkpoint(self) -> Checkpoint | None:
        data = self.log.files.get(CHECKPOINT_PATH)
        try:
            note = (data or b"").decode()
            checkpoint = Checkpoint.parse(open_note(note, self.log.verifier, self.log.check))
        except (InvalidNote, UnicodeDecodeError) as error:
            self.report.add([Finding(kind=FindingKind.CHECKPOINT_INVALID, detail=str(error))])
            return None
        self.report.origin = checkpoint.origin
        self.report.log_size = checkpoint.size
        self.report.root = b64encode(checkpoint.root).decode()
        return checkpoint

    def _compare(self, leaves: Iterator[Leaf], readers: dict[str, "_Reader"]) -> None:
        places = _places(self.source.runs())
        place = next(places, None)
        for leaf in leaves:
            while place and place.index < leaf.index:
                place = next(places, None)
            if place and place.index == leaf.index:
                self._match(leaf, place, readers)
            else:
                self._adopt(leaf, readers)
            if leaf.index % 256 == 255:
                self.advance(256)
        self.advance(self.report.log_size % 256)

    def _match(self, leaf: Leaf, place: "_Place", readers: dict[str, "_Reader"]) -> None:
        reader = readers.get(place.service)
        if reader is None:
            readers[place.service] = reader = _Reader(iter(()))
            missing = Finding(kind=FindingKind.STORE_MISSING, service=place.service)
            self.report.add([missing])
        for extra in reader.before(place):
            self._look(extra)
            self.report.add([_of(extra, FindingKind.EVENT_ADDED)])
        row = reader.take(place)
        if row is None:
            lost = reader.replaced(place)
            kind = FindingKind.EVENT_LOST_BY_RESTORE if lost else FindingKind.EVENT_REMOVED
            self.report.add(
                [
                    Finding(
                        kind=kind,
                        service=place.service,
                        position=place.position,
                        leaf_index=leaf.index,
                    )
                ]
            )
            return
        self._look(row)
        if _is_leaf_of(row, leaf):
            self.report.of(row.service).matched += 1
        else:
            self.report.add([_of(row, FindingKind.EVENT_CHANGED, leaf.index)])

    def _adopt(self, leaf: Leaf, readers: dict[str, "_Reader"]) -> None:
        """An entry the map does not know: whose next event is it?"""
        for reader in readers.values():
            row = reader.peek()
            if row and _is_leaf_of(row, leaf):
                reader.skip()
                self._look(row)
                self.report.of(row.service).matched += 1
                return
        self.report.add([Finding(kind=FindingKind.LOG_MAP_BROKEN, leaf_index=leaf.index)])

    def _tail(self, service: str, reader: "_Reader") -> None:
        count = self.report.of(service)
        while row := reader.peek():
            reader.skip()
            self._look(row)
            if self.heads is not None and row.position > self.heads.get(service, 0):
                count.pending += 1
            else:
                self.report.add([_of(row, FindingKind.EVENT_NOT_LOGGED)])

    def _look(self, row: StoredRow) -> None:
        self.report.of(row.service).events += 1
        for check in self.checks:
            self.report.add(check.check(row, self.report))


@dataclass(frozen=True)
class _Place:
    """Where the map says an entry comes from."""

    index: int
    service: str
    epoch: str
    position: int


class _Reader:
    """One service's rows, with a look at the next one."""

    def __init__(self, rows: Iterator[StoredRow]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def peek(self) -> StoredRow | None:
        return self._next

    def skip(self) -> None:
        self._next = next(self._rows, None)

    def before(self, place: _Place) -> Iterator[StoredRow]:
        """Rows of the same history that the map skips."""
        while self._next and self._next.position < place.position:
            if self._next.epoch != place.epoch:
                return
            row = self._next
            self.skip()
            yield row

    def take(self, place: _Place) -> StoredRow | None:
        row = self._next
        if row and (row.epoch, row.position) == (place.epoch, place.position):
            self.skip()
            return row
        return None

    def replaced(self, place: _Place) -> bool:
        """Whether the store goes on with another history, from this position or before it."""
        row = self._next
        return row is not None and row.epoch != place.epoch and row.position <= place.position


def _places(runs: Iterator[Run]) -> Iterator[_Place]:
    for run in runs:
        for position in range(run.first_position, run.last_position + 1):
            yield _Place(run.index_of(position), run.service, run.epoch, position)


def _is_leaf_of(row: StoredRow, leaf: Leaf) -> bool:
    """By the tree's own leaf: an entry that was changed in its bundle accuses no event."""
    digest = row.digest()
    return digest == leaf.entry or leaf_hash(digest) == leaf.hash


def _of(row: StoredRow, kind: FindingKind, index: int | None = None) -> Finding:
    return Finding(
        kind=kind,
        service=row.service,
        position=row.position,
        originator_id=row.originator_id,
        originator_version=row.originator_version,
        topic=row.topic,
        leaf_index=index,
    )
