"""What the use cases need from outside, in their own words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.audit.domain.affected import Touched
from services.audit.domain.audience import Audience, Scope
from services.audit.domain.lines import Group, Line, Who
from services.audit.domain.printed import PrintedJournal, SignedJournal
from services.audit.domain.statistics import Cell
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What ``access`` answered. ``reasons``: ids of the rules that decided."""

    permit: bool
    decision_id: UUID
    reasons: Sequence[str]
    refusal_fr: str | None


class Access(Protocol):
    def decide_journal(self, record_id: UUID, scope: Scope, by: Actor) -> Decided: ...

    def may_see(
        self, record_id: UUID, documents: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        """One answer per set of attributes, in order."""
        ...


class Names(Protocol):
    def of(self, national_ids: Iterable[str]) -> Mapping[str, str]:
        """Names to show; who is not known, or cannot be asked about now, is left out."""
        ...


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Something lines are about. ``attributes``: what ``access`` decides on."""

    token: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """``since`` included, ``until`` excluded."""

    since: datetime | None
    until: datetime | None
    group: Group | None
    actor_kind: Who | None
    newest_first: bool
    limit: int
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PlacedLine:
    id: str
    at: datetime
    line: Line
    right: str | None


@dataclass(frozen=True, kw_only=True)
class Lines:
    """``total`` counts all that fit, on every page, and nothing hidden."""

    lines: Sequence[PlacedLine]
    total: int
    next_cursor: str | None


class Counts(Protocol):
    def until(self, month: str) -> Mapping[Cell, int]:
        """Every count up to and with that month."""
        ...


class Keyring(Protocol):
    def hand_over(self, record_id: UUID, recipient: str, by: Actor) -> Mapping[str, Any]:
        """The keys of a record for every service, sealed for the recipient; or its tombstone."""
        ...


class Printer(Protocol):
    def sign(self, journal: PrintedJournal) -> SignedJournal: ...


class Cosigned(Protocol):
    """Checkpoints that witnesses signed, kept and published."""

    def keep(self, size: int, note: str, witnesses: Sequence[str]) -> None: ...

    def last(self) -> str | None:
        """The one of the largest tree."""
        ...


class JournalView(Protocol):
    def subjects(self, record_id: UUID) -> list[Subject]: ...

    def touched(
        self, *, actor: str | None, since: datetime | None, until: datetime | None
    ) -> dict[UUID, Touched]:
        """Records with a line of that actor (``kind:id``; anybody) in that time."""
        ...

    def lines(
        self, record_id: UUID, asked: Asked, audience: Audience, visible: Sequence[str]
    ) -> Lines:
        """``visible``: tokens of the subjects this reader may see lines about."""
        ...
