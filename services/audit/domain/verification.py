"""Compares what the services' stores hold with what the log says they held.

Every entry must be the digest of the event the log assigns it to; every event must be assigned
once, in the order of its store; the entries must hash to the root that was signed. The map from
entries to events is audit's own and is not trusted: a false one shows as differences.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from services.audit.domain.batch import Run
from services.audit.domain.growth import Files
from services.audit.domain.inspection import Inspected, Page
from services.audit.domain.log_walk import Leaf, LogWalk
from services.audit.domain.memory import Memory, Seen
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.tiles import CHECKPOINT_PATH
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import leaf_hash
from shared.kernel.note import CheckSignature, InvalidNote, VerifierKey, open_note

Advance = Callable[[int], None]
"""Told how many more leaves were checked."""


Pages = Callable[[str], Iterator[Page]]
"""Every row of a service, by rising position, looked at."""


class EventSource(Protocol):
    """The services' event stores, live or copied; nothing is ever written to them."""

    def services(self) -> Sequence[str]: ...

    def runs(self) -> Iterator[Run]:
        """Where audit says it put which events, by rising index."""
        ...

    def seen(self) -> Iterator[Seen]:
        """The checkpoints that services kept, and the last one that audit signed."""
        ...


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
    pages: Pages
    log: Log
    heads: Mapping[str, int] | None = None
    advance: Advance = lambda _: None
    report: VerificationReport = field(default_factory=VerificationReport)

    def run(self) -> VerificationReport:
        seen = list(self.source.seen())  # before the checkpoint, which may grow meanwhile
        checkpoint = self._checkpoint()
        size = checkpoint.size if checkpoint else 0
        walk = LogWalk(self.log.files, size, lambda finding: self.report.add([finding]))
        readers = {name: self._reader(self.pages(name)) for name in self.source.services()}
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

    def _reader(self, pages: Iterator[Page]) -> "_Reader":
        return _Reader(pages, self.report.include)

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
            while place and place.leaf_index < leaf.index:
                place = next(places, None)
            if place and place.leaf_index == leaf.index:
                self._match(leaf, place, readers)
            else:
                self._adopt(leaf, readers)
            if leaf.index % 256 == 255:
                self.advance(256)
        self.advance(self.report.log_size % 256)

    def _match(self, leaf: Leaf, place: "_Place", readers: dict[str, "_Reader"]) -> None:
        reader = readers.get(place.service)
        if reader is None:
            readers[place.service] = reader = self._reader(iter(()))
            missing = Finding(kind=FindingKind.STORE_MISSING, service=place.service)
            self.report.add([missing])
        for extra in reader.before(place):
            self.report.add([extra.finding(FindingKind.EVENT_ADDED)])
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
        if _is_leaf_of(row, leaf):
            self.report.of(row.service).matched += 1
        else:
            self.report.add([row.finding(FindingKind.EVENT_CHANGED, leaf.index)])

    def _adopt(self, leaf: Leaf, readers: dict[str, "_Reader"]) -> None:
        """An entry the map does not know: whose next event is it?"""
        for reader in readers.values():
            row = reader.peek()
            if row and _is_leaf_of(row, leaf):
                reader.skip()
                self.report.of(row.service).matched += 1
                return
        self.report.add([Finding(kind=FindingKind.LOG_MAP_BROKEN, leaf_index=leaf.index)])

    def _tail(self, service: str, reader: "_Reader") -> None:
        count = self.report.of(service)
        while row := reader.peek():
            reader.skip()
            if self.heads is not None and row.position > self.heads.get(service, 0):
                count.pending += 1
            else:
                self.report.add([row.finding(FindingKind.EVENT_NOT_LOGGED)])


class _Place(NamedTuple):
    """Where the map says an entry comes from."""

    leaf_index: int
    service: str
    epoch: str
    position: int


class _Reader:
    """One service's rows, with a look at the next one. ``tell`` is given what each page held."""

    def __init__(self, pages: Iterator[Page], tell: Callable[[VerificationReport], None]) -> None:
        self._rows = _told(pages, tell)
        self._next = next(self._rows, None)

    def peek(self) -> Inspected | None:
        return self._next

    def skip(self) -> None:
        self._next = next(self._rows, None)

    def before(self, place: _Place) -> Iterator[Inspected]:
        """Rows of the same history that the map skips."""
        while self._next and self._next.position < place.position:
            if self._next.epoch != place.epoch:
                return
            row = self._next
            self.skip()
            yield row

    def take(self, place: _Place) -> Inspected | None:
        row = self._next
        if row and (row.epoch, row.position) == (place.epoch, place.position):
            self.skip()
            return row
        return None

    def replaced(self, place: _Place) -> bool:
        """Whether the store goes on with another history, from this position or before it."""
        row = self._next
        return row is not None and row.epoch != place.epoch and row.position <= place.position


def _told(pages: Iterator[Page], tell: Callable[[VerificationReport], None]) -> Iterator[Inspected]:
    for page in pages:
        tell(page.report)
        yield from page.rows


def _places(runs: Iterator[Run]) -> Iterator[_Place]:
    for run in runs:
        for position in range(run.first_position, run.last_position + 1):
            yield _Place(run.index_of(position), run.service, run.epoch, position)


def _is_leaf_of(row: Inspected, leaf: Leaf) -> bool:
    """By the tree's own leaf: an entry that was changed in its bundle accuses no event."""
    return row.digest == leaf.entry or leaf_hash(row.digest) == leaf.hash
