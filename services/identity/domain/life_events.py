"""What happens in the life of a record."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.identity.domain.activation_code import ActivationCode
from services.identity.domain.record_event import RecordEvent
from services.identity.domain.states import (
    ClosingMotive,
    NoticeChannel,
    OppositionChannel,
    Status,
    SuspensionReason,
)

if TYPE_CHECKING:
    from services.identity.domain.record import Record


class Created(RecordEvent, Aggregate.Created):
    """``opens_at`` is counted from the sending of the notice, not from this event.
    ``area``: département of residence, where the insurer says it.
    """

    TOPIC = "identity.record_announced"
    class_version = 2
    traits: dict[str, str]
    contact: dict[str, str | None]
    representatives: list[UUID]
    checked_with: str | None
    notice_sent_at: datetime
    notice_channel: str
    area: str | None
    opens_at: datetime

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """A notice went by e-mail to whoever had an address."""
        channel = NoticeChannel.EMAIL if state["contact"].get("email") else NoticeChannel.POST
        state["notice_channel"] = channel.value
        state["area"] = None


class AnnouncementBounced(RecordEvent):
    """The e-mail came back: the notice went by post, and the delay begins again."""

    TOPIC = "identity.announcement_bounced"
    posted_at: datetime
    opens_at: datetime

    def apply(self, record: "Record") -> None:
        record.notice_channel = NoticeChannel.POST
        record.notice_sent_at = self.posted_at
        record.opens_at = self.opens_at
        record.contact = {**record.contact, "email": None}


class Opposed(RecordEvent):
    TOPIC = "identity.record_opposed"
    channel: str

    def apply(self, record: "Record") -> None:
        record.status = Status.OPPOSED
        record.opposed_at = self.timestamp
        record.opposition_channel = OppositionChannel(self.channel)


class OppositionWithdrawn(RecordEvent):
    TOPIC = "identity.opposition_withdrawn"
    opens_at: datetime

    def apply(self, record: "Record") -> None:
        record.status = Status.ANNOUNCED


class Opened(RecordEvent):
    TOPIC = "identity.record_opened"

    def apply(self, record: "Record") -> None:
        record.status = Status.OPEN


class ActivationCodeIssued(RecordEvent):
    """Only a keyed hash of the code is kept; a new code ends the one before."""

    TOPIC = "identity.activation_code_issued"
    code_hash: str
    expires_at: datetime

    def apply(self, record: "Record") -> None:
        record.activation_code = ActivationCode(self.code_hash, self.expires_at)


class ActivationFailed(RecordEvent):
    """A wrong code was typed; which one is nobody's business."""

    TOPIC = "identity.activation_failed"

    def apply(self, record: "Record") -> None:
        if record.activation_code:
            record.activation_code = record.activation_code.tried()


class Activated(RecordEvent):
    TOPIC = "identity.record_activated"

    def apply(self, record: "Record") -> None:
        record.activated = True


class ContactUpdated(RecordEvent):
    TOPIC = "identity.contact_updated"
    contact: dict[str, str | None]

    def apply(self, record: "Record") -> None:
        record.contact = self.contact


class Suspended(RecordEvent):
    TOPIC = "identity.record_suspended"
    reason: str

    def apply(self, record: "Record") -> None:
        record.status = Status.SUSPENDED
        record.suspended_at = self.timestamp
        record.suspended_for = SuspensionReason(self.reason)


class SuspensionLifted(RecordEvent):
    TOPIC = "identity.suspension_lifted"

    def apply(self, record: "Record") -> None:
        record.status = Status.OPEN
        record.suspended_for = None


class Closed(RecordEvent):
    TOPIC = "identity.record_closed"
    motive: str

    def apply(self, record: "Record") -> None:
        record.status = Status.CLOSED
        record.closed_at = self.timestamp
        record.closing_motive = ClosingMotive(self.motive)


class Reopened(RecordEvent):
    TOPIC = "identity.record_reopened"

    def apply(self, record: "Record") -> None:
        record.status = Status.OPEN
        record.suspended_for = None
