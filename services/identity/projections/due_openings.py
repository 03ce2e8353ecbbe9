"""Read model: when the records that wait for opposition are due to open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.record import Record
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Documents, Put, Range, Sort, Write

SWEEP = 500
"""Records opened by one sweep at most; the next one takes the rest."""


class DueOpenings:
    NAME = "due_openings"
    VERSION = 1
    INDEXES = ("due",)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Record.Created() | Record.OppositionWithdrawn():
                due = instant(event.opens_at)
                return [Put(str(event.record_id), {"due": due})]
            case Record.Opposed() | Record.Opened():
                return [Delete(str(event.record_id))]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]


def due_at(documents: Documents, now: datetime) -> list[UUID]:
    """Records due at ``now`` or before; those that wait longest first."""
    # Instants are text of one form, to the millisecond, so their order is the order of time.
    until = instant(now + timedelta(milliseconds=1))
    page = documents.find(Range("due", lt=until), sort=[Sort("due")], limit=SWEEP)
    return [UUID(item["id"]) for item in page.items]
