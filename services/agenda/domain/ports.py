"""What agenda asks of the outside, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.agenda.domain.occurrences import Kept
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Traits:
    """``born``: a day to count ages from; ``earliest``: the first on which they may have been
    born, the same for whom the day is known. ``sex``: M, F or I."""

    born: date
    earliest: date
    sex: str


class Identities(Protocol):
    def resolve(self, value: str, oid: str, by: Actor) -> UUID | None:
        """The record of an INS; ``None`` if there is none to be told of.

        Raises ``InvalidRequest`` for what is no INS.
        """
        ...

    def traits_of(self, record_id: UUID, by: Actor | None) -> Traits:
        """``by``: who asks, ``None`` for the service itself. Raises ``Forbidden`` if there is no
        such record.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ListedReminder:
    reminder_id: UUID
    due_at: datetime
    secret: bool


class ListedAppointments(Protocol):
    """Read models may lag behind the log. Nothing is left in them of an erased record."""

    def appointments_of(self, record_id: UUID) -> Sequence[Kept]:
        """All of a record, in no promised order."""
        ...

    def count_of(self, record_id: UUID) -> int:
        """How many appointments a record has; changed occurrences count as well."""
        ...


class ListedReminders(Protocol):
    def reminders_of(self, record_id: UUID) -> Sequence[ListedReminder]:
        """Those not removed, by instant."""
        ...

    def reminders_due(self, now: datetime) -> Sequence[UUID]:
        """Those whose instant has come and that were not told; the oldest first, not all."""
        ...


class ListedPlans(Protocol):
    def plans_due(self, today: date) -> Sequence[UUID]:
        """Records whose plan must be looked at; the oldest first, not all."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What the read models answer."""

    appointments: ListedAppointments
    reminders: ListedReminders
    plans: ListedPlans


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``components`` and ``series`` of one import; ``appointments`` of one record, each changed
    occurrence counted; ``reminders`` to come of one record, those of secret sessions apart.
    """

    components: int = 500
    series: int = 100
    appointments: int = 5000
    reminders: int = 1000
