"""Glass broken, ended, and reviewed."""

from uuid import UUID

from services.access.domain import emergency_events as emergency
from services.access.messages.listed import common, message_for
from shared.eventing.messages import Instant, MessageData


class GlassBroken(MessageData):
    """The person and their treating doctor are told (CSP R1111-48)."""

    TYPE = "access.glass_broken"
    session: UUID
    professional: str
    facility: str | None
    treating_doctor: str | None
    unable_to_consent: bool
    ends_at: Instant


class EmergencyEnded(MessageData):
    TYPE = "access.emergency_ended"
    session: UUID


class BreakGlassReviewed(MessageData):
    """``incident``: opened by the verdict ``unjustified``; the person is told of both."""

    TYPE = "access.break_glass_reviewed"
    session: UUID
    professional: str
    verdict: str
    incident: UUID | None


class BreakGlassOverdue(MessageData):
    """Nobody reviewed it in time: for those above the reviewers."""

    TYPE = "access.break_glass_overdue"
    session: UUID


@message_for.register
def _(event: emergency.GlassBroken) -> MessageData:
    session = event.session
    return GlassBroken(
        **common(event),
        session=event.session_id,
        professional=session["professional"],
        facility=session["facility"],
        treating_doctor=event.treating_doctor,
        unable_to_consent=session["unable_to_consent"],
        ends_at=session["ends_at"],
    )


@message_for.register
def _(event: emergency.EmergencyEnded) -> MessageData:
    return EmergencyEnded(**common(event), session=event.session_id)


@message_for.register
def _(event: emergency.BreakGlassReviewed) -> MessageData:
    review = event.review
    return BreakGlassReviewed(
        **common(event),
        session=event.session_id,
        professional=event.professional,
        verdict=review["verdict"],
        incident=review["incident"],
    )


@message_for.register
def _(event: emergency.ReviewOverdue) -> MessageData:
    return BreakGlassOverdue(**common(event), session=event.session_id)
