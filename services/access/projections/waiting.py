"""Read model of what waits: consents and delegations for their end, broken glasses and oppositions
for somebody's judgement.

Opaque ids, record ids and dates only; what a reader is shown comes from the log itself.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.access.domain import admission_events as admission
from services.access.domain import delegation_events as delegation
from services.access.domain import emergency_events as emergency
from services.access.domain import protection_events as protection
from services.access.domain.outside import Queue
from shared.kernel.clock import instant
from shared.stores.documents import (
    Delete,
    Documents,
    Eq,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
    Write,
)

SWEEP = 500
"""Things done by one sweep at most; the next one takes the rest."""


class Kind(StrEnum):
    CONSENT = "consent"
    REVIEW = "review"
    OPPOSITION = "opposition"
    DELEGATION = "delegation"


class WaitingList:
    """``keyed``: an opaque id of what has none, by keyed hash."""

    NAME = "waiting"
    VERSION = 2
    INDEXES = ("record_id", "kind,due")

    def __init__(self, keyed: Callable[..., str]) -> None:
        self._keyed = keyed

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: admission.ConsentDeclared) -> Sequence[Write]:
        consent = event.consent
        return [self._consent(event.record_id, consent["grantee"], consent["valid_until"])]

    @writes.register(admission.ConsentWithdrawn)
    @writes.register(admission.ConsentExpired)
    def _(self, event: admission.ConsentWithdrawn | admission.ConsentExpired) -> Sequence[Write]:
        return self._ended(event.record_id, [event.grantee])

    @writes.register
    def _(self, event: protection.ProfessionalBlocked) -> Sequence[Write]:
        return self._ended(event.record_id, [event.professional])

    @writes.register
    def _(self, event: protection.StricterTaken) -> Sequence[Write]:
        return self._ended(event.record_id, event.taken["consents"])

    @writes.register
    def _(self, event: protection.StricterGivenBack) -> Sequence[Write]:
        return [self._consent(event.record_id, *back) for back in event.ends.items()]

    @writes.register
    def _(self, event: protection.FeedingOpposed) -> Sequence[Write]:
        key = self._opposition(event)
        if event.on and event.waits:
            return [Put(key, _row(Kind.OPPOSITION, event.record_id, event.timestamp))]
        return [Delete(key)]

    @writes.register
    def _(self, event: protection.FeedingOppositionJudged) -> Sequence[Write]:
        return [Delete(self._opposition(event))]

    @writes.register
    def _(self, event: emergency.GlassBroken) -> Sequence[Write]:
        row = _row(Kind.REVIEW, event.record_id, event.session["review_before"])
        return [Put(str(event.session_id), row)]

    @writes.register
    def _(self, event: emergency.ReviewOverdue) -> Sequence[Write]:
        return [Patch(str(event.session_id), {"told": True})]

    @writes.register
    def _(self, event: emergency.BreakGlassReviewed) -> Sequence[Write]:
        return [Delete(str(event.session_id))]

    @writes.register
    def _(self, event: delegation.InvitationAnswered) -> Sequence[Write]:
        if not event.delegation or not event.delegation["ends_at"]:
            return ()
        row = _row(Kind.DELEGATION, event.record_id, event.delegation["ends_at"])
        return [Put(str(event.invitation_id), row)]

    @writes.register
    def _(self, event: delegation.DelegationEnded) -> Sequence[Write]:
        return [Delete(str(event.delegation_id))]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]

    def _consent(self, record_id: UUID, grantee: str, until: datetime) -> Write:
        key = self._keyed(Kind.CONSENT, str(record_id), grantee)
        return Put(key, _row(Kind.CONSENT, record_id, until))

    def _ended(self, record_id: UUID, grantees: Iterable[str]) -> list[Write]:
        return [Delete(self._keyed(Kind.CONSENT, str(record_id), who)) for who in grantees]

    def _opposition(
        self, event: protection.FeedingOpposed | protection.FeedingOppositionJudged
    ) -> str:
        return self._keyed(Kind.OPPOSITION, str(event.record_id), event.feeder)


def _row(kind: Kind, record_id: UUID, due: datetime) -> dict[str, Any]:
    return {"kind": kind.value, "record_id": str(record_id), "due": instant(due), "told": False}


class WhatWaits:
    """What timers and reviewers ask; those that wait longest first."""

    def __init__(self, waiting: Documents) -> None:
        self._waiting = waiting

    def due(self, kind: Kind, now: datetime) -> list[tuple[UUID, str]]:
        """Record and id of those whose date has come, not told of yet."""
        until = instant(now + timedelta(milliseconds=1))
        where = (Eq("kind", kind.value), Eq("told", value=False), Range("due", lt=until))
        page = self._waiting.find(*where, sort=[Sort("due")], limit=SWEEP)
        return [(UUID(item["record_id"]), item["id"]) for item in page.items]

    def queue(self, kind: str, *, record_id: UUID | None, limit: int, after: str | None) -> Queue:
        where = [Eq("kind", kind)]
        if record_id:
            where.append(Eq("record_id", str(record_id)))
        page = self._waiting.find(*where, sort=[Sort("due")], limit=limit, after=after)
        return Queue(
            items=[(UUID(item["record_id"]), item["id"]) for item in page.items],
            next_cursor=page.next_cursor,
            total=self._waiting.count(*where),
        )
