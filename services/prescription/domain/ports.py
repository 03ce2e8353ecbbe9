"""What prescription asks of the outside, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.prescription.domain.terms import Line, Wanted
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True, repr=False)
class Names:
    """What is printed of the person, and of the prescriber; ``born`` as far as it is known."""

    person: str
    born: date | None
    prescriber: str


class People(Protocol):
    def names(self, record_id: UUID, prescriber: str, by: Actor) -> Names: ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Content:
    """A document for the vault, and the metadata its header does not say."""

    data: bytes
    media_type: str
    metadata: dict[str, Any]


class Vault(Protocol):
    def deposit(
        self,
        request_id: UUID,
        record_id: UUID,
        content: Content,
        confidentiality: Sequence[str],
        replaces: UUID | None,
        by: Actor,
    ) -> UUID:
        """The document's id, the same each time for one request. Raises the vault's refusal."""
        ...

    def head(self) -> int:
        """Position of its last message."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Printed:
    """What goes on the paper. ``specialty``: of the prescriber (JDV_J01)."""

    number: str
    specialty: str
    names: Names
    prescriber: str
    facility: str | None
    issued_on: date
    lines: tuple[Line, ...]


class Paper(Protocol):
    def document(self, printed: Printed) -> Content:
        """A PDF with the number in clear and in a QR code."""
        ...


@dataclass(frozen=True, kw_only=True)
class Code:
    """``svg``: text; ``png``: bytes."""

    svg: str
    png: bytes


class Codes(Protocol):
    def of(self, number: str) -> Code: ...


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a CDA prescription says. ``authors``: PS_IdNat of who wrote or signed it."""

    lines: tuple[Wanted, ...]
    authors: frozenset[str]


class Documents(Protocol):
    def read(self, data: bytes) -> Read:
        """Raises ``InvalidRequest`` on ``content``."""
        ...


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of the read model, opened."""

    prescription_id: UUID
    attributes: Mapping[str, Any]
    state: str


class List(Protocol):
    """The read model; it may lag behind the log."""

    def of_record(self, record_id: UUID, state: str | None) -> Sequence[Listed]:
        """Newest first; none if the record was erased."""
        ...

    def sent_to(self, facility: str) -> Sequence[Listed]:
        """Open ones that were sent to a pharmacy, newest first."""
        ...

    def due_before(self, day: date) -> Sequence[UUID]:
        """Open ones whose validity ended before that day."""
        ...
