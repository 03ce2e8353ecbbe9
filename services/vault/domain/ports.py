"""What the vault asks of the outside, in sentences."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.vault.domain.document import Content
from services.vault.domain.lines import Line, Lines, Span
from services.vault.domain.listing import Entry
from services.vault.domain.patient import Person
from services.vault.domain.result import ReadDocument
from services.vault.domain.timing import Due
from shared.kernel.actor import Actor
from shared.kernel.ins import Ins


class Identities(Protocol):
    def resolve(self, ins: Ins, *, by: Actor) -> UUID | None:
        """The record of an INS, open or closed; ``None`` if there is none to be told of."""
        ...

    def person_of(self, record_id: UUID, *, by: Actor) -> Person:
        """Traits and INS; raises ``Forbidden`` if there is no such record."""
        ...


class ContentMissing(Exception):
    """Nothing lies where the content was put."""


class ContentDamaged(Exception):
    """What lies there is not what was put."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """Fields ``object`` to ``sealed_size`` of :class:`Content`."""

    object: str
    sha256: str
    size: int


class Contents(Protocol):
    """Sealed contents in object storage; raises ``Unavailable`` when it is out of reach."""

    def keep(self, record_id: UUID, document_id: UUID, data: bytes) -> Sealed:
        """Seal and store under a new key."""
        ...

    def fetch(self, document_id: UUID, content: Content) -> bytes:
        """What was deposited, proven; raises ContentMissing, ContentDamaged or ``KeyErased``."""
        ...

    def verify(self, content: Content) -> None:
        """The same proof on the sealed bytes alone: needs no key."""
        ...

    def all(self) -> Iterator[str]:
        """The key of every object, in no promised order."""
        ...

    def document_of(self, key: str) -> UUID | None:
        """The document an object was put for; ``None`` if it is not one of ours."""
        ...

    def remove(self, keys: Iterable[str]) -> None: ...

    def forget(self, record_id: UUID) -> None:
        """Remove all that lies there of a record that was erased."""
        ...


class Listed(Protocol):
    """The read model of documents; it may lag behind the log."""

    def lines(self, record_id: UUID, span: Span) -> Lines:
        """What a list is counted and ordered by; nothing if the record was erased."""
        ...

    def entries(self, lines: Sequence[Line]) -> Sequence[Entry]:
        """In their order; without those that have changed, or gone, since the line was read."""
        ...

    def texts(self, record_id: UUID, span: Span, ids: Collection[str]) -> Iterable[tuple[str, str]]:
        """Of those of these ids in the span: id, and what is searched of it, folded."""
        ...

    def versions(self, member: UUID) -> Sequence[Entry]:
        """All that replaced one another in the record, oldest first, whichever is asked for; none
        if the record was erased."""
        ...

    def held_in(self, record_id: UUID) -> Sequence[Entry]:
        """Those held back from it, by whomever."""
        ...

    def by_logical_id(self, logical_id: UUID) -> UUID | None:
        """The document of that logical id."""
        ...


class Results(Protocol):
    """The read model of results; it may lag behind the log."""

    def of_record(self, record_id: UUID) -> Mapping[UUID, ReadDocument]:
        """By document, structured ones alone; none if the record was erased."""
        ...


class DueDates(Protocol):
    """The read model of what waits for its time."""

    def before(self, due: Due, moment: datetime) -> Iterable[UUID]:
        """Documents due before that instant, earliest first."""
        ...
