"""What prescription asks of the outside, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.prescription.domain.given import Dispensation, Given
from services.prescription.domain.terms import Line, Wanted
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True, repr=False)
class Traits:
    """Of the person, as a CDA header names them: ``ins`` (matricule, OID) if it is qualified;
    ``birth_date`` as received, which no calendar may have; ``birth_place`` an INSEE code."""

    birth_name: str
    birth_given_names: str
    first_given_name: str
    sex: str
    birth_date: str
    birth_place: str
    ins: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Names:
    """What is printed of the person, and of the professional; ``born`` as far as it is known."""

    traits: Traits
    born: date | None
    given: str
    family: str

    @property
    def person(self) -> str:
        return f"{self.traits.first_given_name} {self.traits.birth_name}"

    @property
    def professional(self) -> str:
        """Empty for one whom the directory does not know."""
        return f"{self.given} {self.family}".strip()


class People(Protocol):
    def names(self, record_id: UUID, professional: str, by: Actor) -> Names: ...


@dataclass(frozen=True, kw_only=True)
class Facility:
    """``sector``: code of JDV_J02."""

    name: str
    sector: str | None
    open: bool


class Facilities(Protocol):
    def facility(self, structure: str) -> Facility | None:
        """``None`` for one that the directory does not know."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Content:
    """A document for the vault, and the metadata its header does not say."""

    data: bytes
    media_type: str
    metadata: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Deposited:
    """``confidentiality``: whom the vault hides it from, which may be more than was asked for: the
    person masks what comes in, its header says so, or it was there already."""

    document_id: UUID
    confidentiality: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Head:
    """Positions are of one ``epoch``: a log that was restored counts anew from before."""

    epoch: str
    position: int


class Vault(Protocol):
    def deposit(
        self,
        request_id: UUID,
        record_id: UUID,
        content: Content,
        confidentiality: Sequence[str],
        replaces: UUID | None,
        by: Actor,
    ) -> Deposited:
        """The same each time for one request. Raises the vault's refusal."""
        ...

    def head(self) -> Head:
        """Of its last message; position 0 before the first."""
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


@dataclass(frozen=True, kw_only=True, repr=False)
class HandedOver:
    """What a dispensation's document says. ``specialty``: of who dispensed (JDV_J01).
    Of one that is reversed: it takes the place of the former one."""

    prescription_id: UUID
    lines: Mapping[int, Line]
    dispensation: Dispensation
    at: datetime
    names: Names
    specialty: str
    place: str

    def left(self, given: Given) -> int:
        """Nothing of a dispensation that was reversed."""
        return 0 if self.dispensation.reversed_for else given.quantity


class Receipts(Protocol):
    def document(self, handed: HandedOver) -> Content:
        """The same bytes for the same dispensation, so that the vault takes it once."""
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
    """What a CDA prescription says. ``authors``: PS_IdNat of who wrote or signed it.
    ``written_on``: its day, in metropolitan France if it is said ``with_hour``; ``valid_from`` and
    ``valid_until``: the first and last of its validity, where it sets them."""

    lines: tuple[Wanted, ...]
    authors: frozenset[str]
    written_on: date | None = None
    with_hour: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


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
