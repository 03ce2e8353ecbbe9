"""A record's life: announced, perhaps opposed, open, activated, suspended, closed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.identity.domain.activation_code import ActivationCode
from services.identity.domain.announcement import Announcement
from services.identity.domain.errors import NotDueYet, NotInThatState, WrongActivationCode
from services.identity.domain.identity_status import (
    IdentityDocument,
    IdentityStatus,
    identity_status,
)
from services.identity.domain.traits import Traits
from shared.kernel.actor import Actor
from shared.kernel.ins import Ins


class Status(StrEnum):
    ANNOUNCED = "announced"
    OPPOSED = "opposed"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class OppositionChannel(StrEnum):
    """The ways CSP R1111-28 leaves open to say no."""

    ONLINE = "online"
    PHONE = "phone"
    POST = "post"


class ClosingMotive(StrEnum):
    PERSON_REQUEST = "person_request"
    REPRESENTATIVE_REQUEST = "representative_request"
    FRAUD = "fraud"
    """After a suspension that the person did not contest (CSP R1111-36)."""


class SuspensionReason(StrEnum):
    FRAUD_SUSPECTED = "fraud_suspected"
    IDENTITY_DOUBT = "identity_doubt"
    SECURITY = "security"


class Record(Aggregate):
    """Methods decide and may refuse; events only evolve. Every event is sealed by record."""

    TOPIC = "identity.record"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``opens_at`` is counted from the sending of the notice, not from this event."""

        TOPIC = "identity.record_announced"
        traits: dict[str, str]
        contact: dict[str, str | None]
        representatives: list[UUID]
        checked_with: str | None
        notice_sent_at: datetime
        opens_at: datetime

    class InsAttached(Event):
        TOPIC = "identity.ins_attached"
        ins: str
        oid: str

        def apply(self, record: "Record") -> None:
            record.ins = Ins(self.ins, self.oid)

    class IdentityQualified(Event):
        """A consequence told to others: the status itself follows from INS and document."""

        TOPIC = "identity.identity_qualified"
        checked_with: str

    class Opposed(Event):
        TOPIC = "identity.record_opposed"
        channel: str

        def apply(self, record: "Record") -> None:
            record.status = Status.OPPOSED
            record.opposed_at = self.timestamp
            record.opposition_channel = OppositionChannel(self.channel)

    class OppositionWithdrawn(Event):
        TOPIC = "identity.opposition_withdrawn"
        opens_at: datetime

        def apply(self, record: "Record") -> None:
            record.status = Status.ANNOUNCED

    class Opened(Event):
        TOPIC = "identity.record_opened"

        def apply(self, record: "Record") -> None:
            record.status = Status.OPEN

    class ActivationCodeIssued(Event):
        """Only a keyed hash of the code is kept; a new code ends the one before."""

        TOPIC = "identity.activation_code_issued"
        code_hash: str
        expires_at: datetime

        def apply(self, record: "Record") -> None:
            record.activation_code = ActivationCode(self.code_hash, self.expires_at)

    class Activated(Event):
        TOPIC = "identity.record_activated"

        def apply(self, record: "Record") -> None:
            record.activated = True

    class ContactUpdated(Event):
        TOPIC = "identity.contact_updated"
        contact: dict[str, str | None]

        def apply(self, record: "Record") -> None:
            record.contact = self.contact

    class Suspended(Event):
        TOPIC = "identity.record_suspended"
        reason: str

        def apply(self, record: "Record") -> None:
            record.status = Status.SUSPENDED
            record.suspended_at = self.timestamp

    class SuspensionLifted(Event):
        TOPIC = "identity.suspension_lifted"

        def apply(self, record: "Record") -> None:
            record.status = Status.OPEN

    class Closed(Event):
        TOPIC = "identity.record_closed"
        motive: str

        def apply(self, record: "Record") -> None:
            record.status = Status.CLOSED
            record.closed_at = self.timestamp
            record.closing_motive = ClosingMotive(self.motive)

    class Reopened(Event):
        TOPIC = "identity.record_reopened"

        def apply(self, record: "Record") -> None:
            record.status = Status.OPEN

    @staticmethod
    def create_id(record_id: UUID, **_: Any) -> UUID:
        return record_id

    @event(Created)
    def __init__(
        self,
        record_id: UUID,
        traits: dict[str, str],
        contact: dict[str, str | None],
        representatives: list[UUID],
        checked_with: str | None,
        notice_sent_at: datetime,
        opens_at: datetime,
        by: dict[str, Any],
    ) -> None:
        self.record_id = record_id
        self.traits = Traits.from_event(traits)
        self.contact = contact
        self.checked_with = IdentityDocument(checked_with) if checked_with else None
        self.opens_at = opens_at
        self.status = Status.ANNOUNCED
        self.activated = False
        self.ins: Ins | None = None
        self.activation_code: ActivationCode | None = None
        self.opposed_at: datetime | None = None
        self.opposition_channel: OppositionChannel | None = None
        self.suspended_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.closing_motive: ClosingMotive | None = None

    @classmethod
    def announce(cls, announcement: Announcement, by: Actor) -> "Record":
        """A new record, waiting for opposition; with an INS it counts as retrieved from INSi."""
        record = cls(
            record_id=announcement.record_id,
            traits=announcement.traits.to_event(),
            contact=dict(announcement.contact),
            representatives=list(announcement.representatives),
            checked_with=announcement.checked_with,
            notice_sent_at=announcement.notice_sent_at,
            opens_at=announcement.notice_sent_at + announcement.delay,
            by=by.to_event(),
        )
        if announcement.ins:
            record._record(
                cls.InsAttached, by, ins=announcement.ins.value, oid=announcement.ins.oid
            )
        if record.identity_status is IdentityStatus.QUAL:
            record._record(cls.IdentityQualified, by, checked_with=announcement.checked_with)
        return record

    @property
    def identity_status(self) -> IdentityStatus:
        return identity_status(
            retrieved=self.ins is not None, checked=self.checked_with is not None
        )

    def oppose(self, channel: OppositionChannel, by: Actor) -> None:
        """Before the opening only; an open record is closed instead (CSP R1111-28)."""
        self._must_be(Status.ANNOUNCED)
        self._record(self.Opposed, by, channel=channel.value)

    def withdraw_opposition(self, by: Actor) -> None:
        """Back to announced, with the first due date: at once if it has passed meanwhile."""
        self._must_be(Status.OPPOSED)
        self._record(self.OppositionWithdrawn, by, opens_at=self.opens_at)

    def open(self, now: datetime, by: Actor) -> None:
        self._must_be(Status.ANNOUNCED)
        if now < self.opens_at:
            raise NotDueYet
        self._record(self.Opened, by)

    def issue_activation_code(self, code: ActivationCode, by: Actor) -> None:
        self._must_await_activation()
        self._record(
            self.ActivationCodeIssued, by, code_hash=code.code_hash, expires_at=code.expires_at
        )

    def activate(self, code_hash: str, now: datetime, by: Actor) -> None:
        self._must_await_activation()
        if not self.activation_code or not self.activation_code.accepts(code_hash, now):
            raise WrongActivationCode
        self._record(self.Activated, by)

    def update_contact(self, contact: dict[str, str | None], by: Actor) -> None:
        if self.status is Status.CLOSED:
            raise NotInThatState("the record is closed")
        self._record(self.ContactUpdated, by, contact=contact)

    def suspend(self, reason: SuspensionReason, by: Actor) -> None:
        self._must_be(Status.OPEN)
        self._record(self.Suspended, by, reason=reason.value)

    def lift_suspension(self, by: Actor) -> None:
        self._must_be(Status.SUSPENDED)
        self._record(self.SuspensionLifted, by)

    def close(self, motive: ClosingMotive, by: Actor) -> None:
        self._must_be(Status.OPEN, Status.SUSPENDED)
        self._record(self.Closed, by, motive=motive.value)

    def reopen(self, by: Actor) -> None:
        """The archive comes back with the record (CSP R1111-36)."""
        self._must_be(Status.CLOSED)
        self._record(self.Reopened, by)

    def _must_be(self, *allowed: Status) -> None:
        if self.status not in allowed:
            raise NotInThatState(f"the record is {self.status.value}")

    def _must_await_activation(self) -> None:
        self._must_be(Status.OPEN)
        if self.activated:
            raise NotInThatState("the record is already activated")

    def _record(self, kind: type[Event], by: Actor, **fields: Any) -> None:
        self.trigger_event(kind, record_id=self.id, by=by.to_event(), **fields)
