"""The breaking of the glass, and what became of it (CSP L1111-17 I, R1111-48)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.access.domain.grants import Review, Session
from services.access.domain.rights_event import RightsEvent

if TYPE_CHECKING:
    from services.access.domain.rights import Rights

FIRST_REVIEW_DELAY = timedelta(days=7)
"""Of sessions broken before reviews had a deadline of their own."""


class GlassBroken(RightsEvent):
    """Version 2: ``review_before`` in the session, when its review is overdue; and the
    ``treating_doctor``, who is told too."""

    TOPIC = "access.glass_broken"
    class_version = 2
    session_id: UUID
    session: Session
    treating_doctor: str | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        session = state["session"]
        before = session["started_at"] + FIRST_REVIEW_DELAY
        state["session"] = {**session, "review_before": before}
        state["treating_doctor"] = None

    def apply(self, aggregate: "Rights") -> None:
        aggregate.sessions[str(self.session_id)] = self.session


class EmergencyEnded(RightsEvent):
    TOPIC = "access.emergency_ended"
    session_id: UUID
    ended_at: datetime

    def apply(self, aggregate: "Rights") -> None:
        session = aggregate.sessions[str(self.session_id)]
        aggregate.sessions[str(self.session_id)] = {**session, "ends_at": self.ended_at}


class BreakGlassReviewed(RightsEvent):
    """``incident``: opened by the verdict ``unjustified`` (GDPR, article 33)."""

    TOPIC = "access.break_glass_reviewed"
    session_id: UUID
    professional: str
    review: Review

    def apply(self, aggregate: "Rights") -> None:
        aggregate.reviews[str(self.session_id)] = self.review


class ReviewOverdue(RightsEvent):
    """Nobody reviewed it in time: it goes one step up, and refuses nobody any care."""

    TOPIC = "access.break_glass_overdue"
    session_id: UUID

    def apply(self, aggregate: "Rights") -> None:
        aggregate.overdue.append(str(self.session_id))
