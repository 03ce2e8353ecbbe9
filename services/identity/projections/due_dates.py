"""Read model: what time will do, and when: openings, majorities, erasures, lots to look after."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.identity.domain import ending_events as ending
from services.identity.domain import life_events as life
from services.identity.domain import merging_events as merging
from services.identity.domain import whose_events as whose
from services.identity.domain.erasure import Erasure
from services.identity.domain.majority import majority_at
from services.identity.domain.retention import retention_end
from services.identity.domain.states import Status
from services.identity.domain.verification_batch import VerificationBatch
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Documents, Eq, Purge, Put, Range, Sort, Write

SWEEP = 500
"""Things done by one sweep at most; the next one takes the rest."""


class Due(StrEnum):
    OPENING = "opening"
    MAJORITY = "majority"
    ERASURE = "erasure"
    VERIFICATION = "verification"


class DueDates:
    """One document for each thing to come. ``subject``: the record or the lot it is about."""

    NAME = "due_dates"
    VERSION = 1
    INDEXES = ("kind,due", "subject")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case life.Created():
                majority = majority_at(event.traits["birth_date"])
                minor = [_put(Due.MAJORITY, event.record_id, majority)]
                opening = _put(Due.OPENING, event.record_id, event.opens_at)
                return [opening, *(minor if majority > event.notice_sent_at else [])]
            case life.OppositionWithdrawn() | life.AnnouncementBounced():
                return [_put(Due.OPENING, event.record_id, event.opens_at)]
            case life.Opposed() | life.Opened():
                return [_drop(Due.OPENING, event.record_id)]
            case VerificationBatch.Created():
                return [_put(Due.VERIFICATION, event.originator_id, event.timestamp)]
            case VerificationBatch.Answered():
                return [_drop(Due.VERIFICATION, event.originator_id)]
        return _of_ages(event) or _of_ends(event)

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [_forget(record_id)]


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


def _of_ages(event: object) -> list[Write]:
    match event:
        case whose.TraitsCorrected() if event.majority_at:
            return [_put(Due.MAJORITY, event.record_id, event.majority_at)]
        case whose.TraitsCorrected() | ending.MajorityReached():
            return [_drop(Due.MAJORITY, event.record_id)]
    return []


def _of_ends(event: object) -> list[Write]:
    match event:
        case life.Closed():
            return [_put(Due.ERASURE, event.record_id, retention_end(event.timestamp))]
        case life.Reopened():
            return [_drop(Due.ERASURE, event.record_id)]
        case ending.ErasureRequested():
            return [_put(Due.ERASURE, event.record_id, event.due)]
        case ending.ErasureCancelled():
            return [_put(Due.ERASURE, event.record_id, event.kept_until)]
        case Erasure.Completed():
            return [_forget(event.erased)]
    return _of_other_lives(event)


def _of_other_lives(event: object) -> list[Write]:
    """Of a record that lives no more, or lives again."""
    match event:
        case ending.DeathDeclared():
            erasure = _put(Due.ERASURE, event.record_id, event.erase_at)
            others = [_drop(kind, event.record_id) for kind in (Due.OPENING, Due.MAJORITY)]
            return [erasure, *others]
        case ending.Restored():
            return _of_restored(event)
        case merging.MergedInto():
            return [_forget(event.record_id)]
    return []


def _of_restored(event: ending.Restored) -> list[Write]:
    writes: list[Write] = [_drop(Due.ERASURE, event.record_id)]
    if event.erase_at:
        writes = [_put(Due.ERASURE, event.record_id, event.erase_at)]
    if event.majority_at:
        writes.append(_put(Due.MAJORITY, event.record_id, event.majority_at))
    if event.status == Status.ANNOUNCED:
        writes.append(_put(Due.OPENING, event.record_id, event.opens_at))
    return writes


def _forget(subject: UUID) -> Purge:
    return Purge((Eq("subject", str(subject)),))
