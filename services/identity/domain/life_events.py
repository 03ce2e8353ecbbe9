"""What happens in the life of a record."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.identity.domain.activation_code import ActivationCode
from services.identity.domain.record_event import RecordEvent
from services.identity.domain.states import ClosingMotive, OppositionChannel, Status

if TYPE_CHECKING:
    from services.identity.domain.record import Record


class Created(RecordEvent, Aggregate.Created):
    """``opens_at`` is counted from the sending of the notice, not from this event."""

    TOPIC = "identity.record_announced"
    traits: dict[str, str]
    contact: dict[str, str | None]
    representatives: list[UUID]
    checked_with: str | None
    notice_sent_at: datetime
    opens_at: datetime


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


class SuspensionLifted(RecordEvent):
    TOPIC = "identity.suspension_lifted"

    def apply(self, record: "Record") -> None:
        record.status = Status.OPEN


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
