"""What a person asked to be reminded of, and when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.agenda.domain.errors import TooManyReminders
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

PER_DAY = 10
"""Reminders of one day, as in the national application."""


class Reminder(Aggregate):
    """Told once, at its instant, unless it was taken away before."""

    TOPIC = "agenda.reminder"

    class Event(Aggregate.Event):
        """``secret``: hidden from representatives."""

        record_id: UUID
        by: dict[str, Any]
        secret: bool

    class Created(Event, Aggregate.Created):
        """``day``: its civil date, ISO 8601; ``appointment``: the one it is about."""

        TOPIC = "agenda.reminder_added"
        title: str
        comment: str | None
        day: str
        due_at: datetime
        appointment: UUID | None

    class Removed(Event):
        TOPIC = "agenda.reminder_removed"

        def apply(self, reminder: "Reminder") -> None:
            reminder.removed = True

    class Due(Event):
        TOPIC = "agenda.reminder_due"

        def apply(self, reminder: "Reminder") -> None:
            reminder.told = True

    class Lapsed(Event):
        """Its instant passed while the record was closed or suspended: nobody is told."""

        TOPIC = "agenda.reminder_lapsed"

        def apply(self, reminder: "Reminder") -> None:
            reminder.told = True

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        secret: bool,
        title: str,
        comment: str | None,
        day: str,
        due_at: datetime,
        appointment: UUID | None,
    ) -> None:
        self.record_id = record_id
        self.secret = secret
        self.title = title
        self.comment = comment
        self.day = day
        self.due_at = due_at
        self.appointment = appointment
        self.removed = False
        self.told = False

    @classmethod
    def add(cls, reminder_id: UUID, by: Actor, **said: Any) -> "Reminder":
        """``said``: the fields of :class:`Created`."""
        return cls._create(cls.Created, id=reminder_id, by=by.to_event(), **said)

    def remove(self, by: Actor) -> None:
        """Removing twice is removing once."""
        if not self.removed:
            self._turn(self.Removed, by)

    def come_due(self, by: Actor, *, heard: bool) -> None:
        """``heard``: somebody may be told. Once; nothing happens to one that was removed."""
        if not self.told and not self.removed:
            self._turn(self.Due if heard else self.Lapsed, by)

    def _turn(self, kind: "type[Reminder.Event]", by: Actor) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), secret=self.secret)


class ReminderDay(Aggregate):
    """The reminders of one day of a record: one stream, so that racers cannot exceed the limit.

    Those of secret sessions are counted apart: a refusal must not tell that they are there.
    """

    TOPIC = "agenda.reminder_day"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "agenda.reminder_day_begun"

    class Taken(Event):
        TOPIC = "agenda.reminder_day_taken"
        reminder: UUID

        def apply(self, day: "ReminderDay") -> None:
            day.reminders.append(self.reminder)

    class Freed(Event):
        TOPIC = "agenda.reminder_day_freed"
        reminder: UUID

        def apply(self, day: "ReminderDay") -> None:
            day.reminders.remove(self.reminder)

    @event(Created)
    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.reminders: list[UUID] = []

    @staticmethod
    def id_of(key: bytes, record_id: UUID, day: str, *, secret: bool) -> UUID:
        return derived_id(key, "reminders", str(record_id), day, "secret" if secret else "open")

    @classmethod
    def begin(cls, day_id: UUID, record_id: UUID, by: Actor) -> "ReminderDay":
        return cls._create(cls.Created, id=day_id, record_id=record_id, by=by.to_event())

    def take(self, reminder: UUID, by: Actor) -> None:
        """:class:`TooManyReminders` beyond :data:`PER_DAY`."""
        if len(self.reminders) >= PER_DAY:
            raise TooManyReminders(fields={"date": f"has {PER_DAY} reminders"})
        self._turn(self.Taken, reminder, by)

    def free(self, reminder: UUID, by: Actor) -> None:
        if reminder in self.reminders:
            self._turn(self.Freed, reminder, by)

    def _turn(self, kind: type[Any], reminder: UUID, by: Actor) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), reminder=reminder)
