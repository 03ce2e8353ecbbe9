"""Read model: reminders of a record, and which are due. Ids and instants; words are in the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.agenda.domain.ports import ListedReminder
from services.agenda.domain.reminder import Reminder
from shared.kernel.clock import instant, parse_instant
from shared.stores.documents import Delete, Documents, Eq, Patch, Purge, Put, Range, Sort, Write

SWEEP = 500
"""Reminders of one sweep at most; the next one takes the rest."""
PAGE = 500


class ReminderList:
    """Rows: ``record_id``, ``due_at``, ``secret``, and ``waiting`` until told."""

    NAME = "reminders"
    VERSION = 2
    INDEXES = ("record_id", "waiting,due_at")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Reminder.Created():
                row = {
                    "record_id": str(event.record_id),
                    "due_at": instant(event.due_at),
                    "secret": event.secret,
                    "waiting": True,
                }
                return [Put(str(event.originator_id), row)]
            case Reminder.Due() | Reminder.Lapsed():
                return [Patch(str(event.originator_id), {"waiting": False})]
            case Reminder.Removed():
                return [Delete(str(event.originator_id))]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class ListedReminders:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def reminders_of(self, record_id: UUID) -> Sequence[ListedReminder]:
        found: list[ListedReminder] = []
        after: str | None = None
        while True:
            page = self._documents.find(
                Eq("record_id", str(record_id)), sort=[Sort("due_at")], limit=PAGE, after=after
            )
            found += [
                ListedReminder(
                    reminder_id=UUID(row["id"]),
                    due_at=parse_instant(row["due_at"]),
                    secret=row["secret"],
                )
                for row in page.items
            ]
            after = page.next_cursor
            if after is None:
                return found

    def reminders_due(self, now: datetime) -> Sequence[UUID]:
        # Instants are text of one form, to the millisecond, so their order is the order of time.
        until = instant(now + timedelta(milliseconds=1))
        page = self._documents.find(
            Eq("waiting", value=True),
            Range("due_at", lt=until),
            sort=[Sort("due_at")],
            limit=SWEEP,
        )
        return [UUID(row["id"]) for row in page.items]
