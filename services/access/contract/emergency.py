"""The breaking of the glass and its review (CSP L1111-17 I, R1111-48)."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from services.access.contract.parts import (
    AUDITOR,
    PERSON,
    PROFESSIONAL,
    Text,
    always,
    own_record,
)
from services.access.domain.grants import Verdict
from shared.rpc.contract import Answer, Command, Done, Listing, ListQuery, Method


class BreakGlass(Command):
    """CSP L1111-17 I: only for a person unable to say what they want, and with a reason."""

    record_id: UUID
    reason: Text
    unable_to_consent: Literal[True]


class GlassBroken(Done):
    session: UUID
    ends_at: AwareDatetime


class EndEmergencySession(Command):
    record_id: UUID
    session: UUID


class ReviewBreakGlass(Command):
    """``note`` is for the person: why it was, or was not, justified."""

    record_id: UUID
    session: UUID
    verdict: Verdict
    note: Text


class Reviewed(Done):
    """``incident``: opened by the verdict ``unjustified``."""

    incident: UUID | None


class BreakGlassToReview(ListQuery):
    """Auditors see the queue of all records; the treating doctor and administrators, of one."""

    record_id: UUID | None = None


class SessionToReview(Answer):
    """``overdue``: nobody reviewed it in time; those come first."""

    record_id: UUID
    session: UUID
    professional: str
    facility: str | None
    reason: str
    started_at: AwareDatetime
    ends_at: AwareDatetime
    review_before: AwareDatetime
    overdue: bool


METHODS = (
    Method(
        name="break_glass",
        request=BreakGlass,
        answer=GlassBroken,
        callers=PROFESSIONAL,
        condition=own_record,
        emergency=True,
    ),
    Method(
        name="end_emergency_session",
        request=EndEmergencySession,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
        emergency=True,
    ),
    Method(
        name="review_break_glass",
        request=ReviewBreakGlass,
        answer=Reviewed,
        callers=AUDITOR | PROFESSIONAL,
        condition=always,
    ),
    Method(
        name="break_glass_to_review",
        request=BreakGlassToReview,
        answer=Listing[SessionToReview],
        callers=AUDITOR | PROFESSIONAL,
        condition=always,
    ),
)
