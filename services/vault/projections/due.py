"""What waits for its time: ids of documents and instants, and nothing of why."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain.timing import NOTICE_AFTER, Due, opens_at
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Documents, Eq, Purge, Put, Range, Sort, Write

PAGE = 500


class DueList:
    """Rows ``<document>.<due>``: ``record_id``, ``document_id``, ``due``, ``at``: the instant it
    is due, or that of the deposit for an archive, whose delay is a setting."""

    NAME = "due"
    VERSION = 2
    INDEXES = ("record_id", "due,at")

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: events.Created) -> Sequence[Write]:
        return self._begin(event, event.hidden_since)

    @writes.register
    def _(self, event: events.Held) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: events.Released) -> Sequence[Write]:
        return self._begin(event, event.hidden_since)

    @writes.register
    def _(self, event: events.HiddenNoticeSent) -> Sequence[Write]:
        return [_over(event, Due.NOTICE)]

    @writes.register
    def _(self, event: events.RevealedToPatient) -> Sequence[Write]:
        return [_over(event, Due.NOTICE), _over(event, Due.OPENING)]

    @writes.register(events.Archived)
    @writes.register(events.Replaced)
    def _(self, event: events.Archived | events.Replaced) -> Sequence[Write]:
        """Taken back, it stays until somebody archives it again."""
        return [_over(event, Due.ARCHIVE)]

    @writes.register
    def _(self, event: events.Deleted) -> Sequence[Write]:
        return [_over(event, due) for due in Due]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _begin(self, event: events.DocumentEvent, hidden_since: datetime | None) -> Sequence[Write]:
        writes = [_put(event, Due.ARCHIVE, event.timestamp)]
        if hidden_since:
            writes.append(_put(event, Due.NOTICE, hidden_since + NOTICE_AFTER))
            writes.append(_put(event, Due.OPENING, opens_at(hidden_since)))
        return writes


class ListedDue:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def before(self, due: Due, moment: datetime) -> Iterator[UUID]:
        where = (Eq("due", due.value), Range("at", lt=instant(moment)))
        after: str | None = None
        while True:
            page = self._documents.find(*where, sort=[Sort("at")], limit=PAGE, after=after)
            yield from (UUID(row["document_id"]) for row in page.items)
            after = page.next_cursor
            if after is None:
                return


def _put(event: events.DocumentEvent, due: Due, at: datetime) -> Write:
    row = {
        "record_id": str(event.record_id),
        "document_id": str(event.originator_id),
        "due": due.value,
        "at": instant(at),
    }
    return Put(_id(event, due), row)


def _over(event: events.DocumentEvent, due: Due) -> Write:
    return Delete(_id(event, due))


def _id(event: events.DocumentEvent, due: Due) -> str:
    return f"{event.originator_id}.{due.value}"
