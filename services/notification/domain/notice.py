"""One thing that a person is told."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class NoticeKind(StrEnum):
    GLASS_BROKEN = "glass_broken"
    DOCUMENT_DEPOSITED = "document_deposited"
    DOCUMENT_OPENED = "document_opened"
    RECORD_UPDATED = "record_updated"
    BREAK_GLASS_REVIEWED = "break_glass_reviewed"
    CARE_TEAM_JOINED = "care_team_joined"
    CONSENT_DECLARED = "consent_declared"
    CONSENT_EXPIRED = "consent_expired"
    TREATING_DOCTOR_NAMED = "treating_doctor_named"
    FEEDING_OPPOSITION_JUDGED = "feeding_opposition_judged"
    REPRESENTATION_CHANGED = "representation_changed"
    CAREGIVER_INVITED = "caregiver_invited"
    REPRESENTATIVE_INVITED = "representative_invited"
    INVITATION_ANSWERED = "invitation_answered"
    DELEGATION_ENDED = "delegation_ended"
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_UNDELIVERED = "message_undelivered"
    APPOINTMENT_ADDED = "appointment_added"
    APPOINTMENT_CHANGED = "appointment_changed"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    REMINDER_DUE = "reminder_due"
    PREVENTION_DUE = "prevention_due"
    REAPPROVAL_ASKED = "reapproval_asked"
    CONNECTIONS_REMINDED = "connections_reminded"
    SERVICE_ENDED = "service_ended"
    PRESCRIPTION_DISPENSED = "prescription_dispensed"
    PRESCRIPTION_CANCELLED = "prescription_cancelled"
    RECORD_SUSPENDED = "record_suspended"
    SUSPENSION_LIFTED = "suspension_lifted"
    RECORD_CLOSED = "record_closed"
    RECORD_REOPENED = "record_reopened"
    ERASURE_REQUESTED = "erasure_requested"
    ERASURE_CANCELLED = "erasure_cancelled"
    MAJORITY_REACHED = "majority_reached"
    ADDRESS_DISABLED = "address_disabled"


class Notice(Aggregate):
    """Codes and ids, never a sentence: the words are chosen when it is read."""

    TOPIC = "notification.notice"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``who``: kind, profession and facility of who did it. ``subject``: a document or an
        emergency session. ``private``: nothing of it reaches representatives.
        """

        TOPIC = "notification.notification_created"
        kind: str
        who: dict[str, str]
        subject: UUID | None
        happened_at: datetime
        private: bool

    class Read(Event):
        TOPIC = "notification.notification_read"

        def apply(self, notice: "Notice") -> None:
            notice.read = True

    @event(Created)
    def __init__(
        self,
        record_id: UUID,
        kind: str,
        who: dict[str, str],
        subject: UUID | None,
        happened_at: datetime,
        private: bool,
        by: dict[str, Any],
    ) -> None:
        self.record_id = record_id
        self.kind = NoticeKind(kind)
        self.who = who
        self.subject = subject
        self.happened_at = happened_at
        self.private = private
        self.read = False

    @classmethod
    def tell(cls, notice_id: UUID, by: Actor, **facts: Any) -> "Notice":
        """``facts``: the fields of :class:`Created`."""
        return cls._create(cls.Created, id=notice_id, by=by.to_event(), **facts)

    def mark_read(self, by: Actor) -> None:
        """Reading twice is reading once."""
        if not self.read:
            self.trigger_event(self.Read, record_id=self.record_id, by=by.to_event())
