"""Read model: what time will do, and when: openings of records, lots to look after."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.identity.domain import life_events as life
from services.identity.domain.verification_batch import VerificationBatch
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Documents, Eq, Purge, Put, Range, Sort, Write

SWEEP = 500
"""Things done by one sweep at most; the next one takes the rest."""


class Due(StrEnum):
    OPENING = "opening"
    VERIFICATION = "verification"


class DueDates:
    """One document for each thing to come. ``subject``: the record or the lot it is about."""

    NAME = "due_dates"
    VERSION = 1
    INDEXES = ("kind,due", "subject")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case life.Created() | life.OppositionWithdrawn():
                return [_put(Due.OPENING, event.record_id, event.opens_at)]
            case life.Opposed() | life.Opened():
                return [_drop(Due.OPENING, event.record_id)]
            case VerificationBatch.Created():
                return [_put(Due.VERIFICATION, event.originator_id, event.timestamp)]
            case VerificationBatch.Answered():
                return [_drop(Due.VERIFICATION, event.originator_id)]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("subject", str(record_id)),))]


def due_at(documents: Documents, kind: Due, now: datetime) -> list[UUID]:
    """Subjects of what is due at ``now`` or before; those that wait longest first."""
    # Instants are text of one form, to the millisecond, so their order is the order of time.
    until = instant(now + timedelta(milliseconds=1))
    page = documents.find(
        Eq("kind", kind.value), Range("due", lt=until), sort=[Sort("due")], limit=SWEEP
    )
    return [UUID(item["subject"]) for item in page.items]


def _put(kind: Due, subject: UUID, due: datetime) -> Put:
    document = {"kind": kind.value, "subject": str(subject), "due": instant(due)}
    return Put(f"{kind.value}:{subject}", document)


def _drop(kind: Due, subject: UUID) -> Delete:
    return Delete(f"{kind.value}:{subject}")
