"""What access looks up beside its own log: never for a decision."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from shared.kernel.errors import Unavailable


@dataclass(frozen=True, kw_only=True)
class Described:
    """A person as whoever invites them describes them; all of it must fit. ``birth_date``: one that
    no calendar has is a text."""

    ins: str
    oid: str | None
    birth_name: str
    first_given_name: str
    birth_date: date | str


@dataclass(frozen=True, kw_only=True)
class Named:
    """A professional as the directory has them."""

    family_name: str
    given_name: str
    profession: str
    specialty: str | None
    pharmacist_section: str | None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One page: record, and id of what waits. ``total``: of the whole queue."""

    items: list[tuple[UUID, str]]
    next_cursor: str | None
    total: int


class People(Protocol):
    """Identity."""

    def find(self, described: Described) -> UUID | None:
        """Record of the person, ``None`` unless all that was said fits."""
        ...


class Professionals(Protocol):
    """The directory."""

    def get(self, national_id: str) -> Named | None:
        """``None``: unknown there."""
        ...


class WaitingList(Protocol):
    """What waits for somebody's judgement."""

    def queue(self, kind: str, *, record_id: UUID | None, limit: int, after: str | None) -> Queue:
        """``kind``: review or opposition; those that wait longest first."""
        ...


class NobodyToAsk:
    """Of a log that was opened alone, as an auditor does."""

    def find(self, described: Described) -> UUID | None:
        raise Unavailable("identity is not there to ask")

    def get(self, national_id: str) -> Named | None:
        raise Unavailable("the directory is not there to ask")

    def queue(self, kind: str, *, record_id: UUID | None, limit: int, after: str | None) -> Queue:
        raise Unavailable("the waiting list is not there to ask")


@dataclass(frozen=True)
class Outside:
    people: People
    professionals: Professionals
    waiting: WaitingList


NOBODY = Outside(NobodyToAsk(), NobodyToAsk(), NobodyToAsk())
