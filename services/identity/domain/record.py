"""A record's life: announced, perhaps opposed, open, activated, suspended, closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.identity.domain import ending_events as ending
from services.identity.domain import legacy_dmp_events as legacy
from services.identity.domain import life_events as life
from services.identity.domain import merging_events as merging
from services.identity.domain import whose_events as whose
from services.identity.domain.activation_code import ActivationCode
from services.identity.domain.announcement import Announcement
from services.identity.domain.errors import NotDueYet, NotInThatState
from services.identity.domain.identity_status import Attribute, IdentityDocument, IdentityStatus
from services.identity.domain.legacy_dmp import LegacyDmp
from services.identity.domain.legacy_dmp_events import FormerRights
from services.identity.domain.majority import majority_at
from services.identity.domain.merging import Merging
from services.identity.domain.record_event import RecordEvent
from services.identity.domain.states import (
    ClosingMotive,
    NoticeChannel,
    OppositionChannel,
    Status,
    SuspensionReason,
)
from services.identity.domain.traits import Traits
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import Ins


class Record(Merging, LegacyDmp, Aggregate):
    """Methods decide and may refuse; events only evolve. Every event is sealed by record."""

    TOPIC = "identity.record"

    Event = RecordEvent
    Created = life.Created
    Opposed = life.Opposed
    OppositionWithdrawn = life.OppositionWithdrawn
    Opened = life.Opened
    ActivationCodeIssued = life.ActivationCodeIssued
    Activated = life.Activated
    ContactUpdated = life.ContactUpdated
    Suspended = life.Suspended
    SuspensionLifted = life.SuspensionLifted
    Closed = life.Closed
    Reopened = life.Reopened
    AnnouncementBounced = life.AnnouncementBounced
    ActivationFailed = life.ActivationFailed
    MajorityReached = ending.MajorityReached
    DeathDeclared = ending.DeathDeclared
    DeathRevoked = ending.DeathRevoked
    ErasureRequested = ending.ErasureRequested
    ErasureCancelled = ending.ErasureCancelled
    ErasureBegun = ending.ErasureBegun
    LegacyDmpOpposed = legacy.LegacyDmpOpposed
    LegacyDmpImported = legacy.LegacyDmpImported
    MergedInto = merging.MergedInto
    SplitOff = merging.SplitOff
    Absorbed = merging.Absorbed
    Released = merging.Released
    InsAttached = whose.InsAttached
    InsChanged = whose.InsChanged
    InsVerified = whose.InsVerified
    InsRefused = whose.InsRefused
    IdentityValidated = whose.IdentityValidated
    IdentityQualified = whose.IdentityQualified
    IdentityDowngraded = whose.IdentityDowngraded
    AttributeSet = whose.AttributeSet
    TraitsCorrected = whose.TraitsCorrected

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
        notice_channel: str,
        area: str | None,
        opens_at: datetime,
        by: dict[str, Any],
    ) -> None:
        self.record_id = record_id
        self.traits = Traits.from_event(traits)
        self.contact = contact
        self.checked_with = IdentityDocument(checked_with) if checked_with else None
        self.representatives = representatives
        self.notice_sent_at = notice_sent_at
        self.notice_channel = NoticeChannel(notice_channel)
        self.area = area
        self.opens_at = opens_at
        self.status = Status.ANNOUNCED
        self.activated = False
        self.ins: Ins | None = None
        self.former_ins: list[Ins] = []
        self.retrieved = False
        self.verified_at: datetime | None = None
        self.attributes: set[Attribute] = set()
        self.activation_code: ActivationCode | None = None
        self.opposed_at: datetime | None = None
        self.opposition_channel: OppositionChannel | None = None
        self.legacy_dmp_opposed = False
        self.legacy_dmp: FormerRights | None = None
        self.suspended_at: datetime | None = None
        self.suspended_for: SuspensionReason | None = None
        self.closed_at: datetime | None = None
        self.closing_motive: ClosingMotive | None = None
        self.is_minor = majority_at(self.traits.birth_date) > notice_sent_at
        self.deceased_at: datetime | None = None
        self.status_before_death = Status.ANNOUNCED
        self.erasure_due: datetime | None = None
        self.status_before_merge = Status.ANNOUNCED
        self.merged_into: UUID | None = None
        self.absorbed: list[UUID] = []

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
            notice_channel=announcement.channel.value,
            area=announcement.area,
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

    def oppose(self, channel: OppositionChannel, by: Actor) -> None:
        """Before the opening only; an open record is closed instead (CSP R1111-28)."""
        self._must_be(Status.ANNOUNCED)
        self._record(self.Opposed, by, channel=channel.value)

    def withdraw_opposition(self, by: Actor) -> None:
        """Back to announced, with the first due date: at once if it has passed meanwhile."""
        self._must_be(Status.OPPOSED)
        self._record(self.OppositionWithdrawn, by, opens_at=self.opens_at)

    def bounce(self, posted_at: datetime, delay: timedelta, now: datetime, by: Actor) -> None:
        """CSP R1111-28: whoever was not told has not begun to think."""
        self._must_be(Status.ANNOUNCED)
        if self.notice_channel is not NoticeChannel.EMAIL:
            raise NotInThatState("the notice did not go by e-mail")
        if not self.notice_sent_at <= posted_at <= now:
            raise InvalidRequest(fields={"posted_at": "lies between the first notice and now"})
        self._record(self.AnnouncementBounced, by, posted_at=posted_at, opens_at=posted_at + delay)

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

    def try_activation(
        self, code_hash: str, now: datetime, by: Actor, *, tries_allowed: int
    ) -> bool:
        """A wrong code is an event too: after some of them the right one opens nothing."""
        self._must_await_activation()
        code = self.activation_code
        right = code is not None and code.accepts(code_hash, now, tries_allowed)
        self._record(self.Activated if right else self.ActivationFailed, by)
        return right

    def update_contact(self, contact: dict[str, str | None], by: Actor) -> None:
        self._must_be(Status.ANNOUNCED, Status.OPPOSED, Status.OPEN, Status.SUSPENDED)
        self._record(self.ContactUpdated, by, contact=contact)

    def suspend(self, reason: SuspensionReason, by: Actor) -> None:
        self._must_be(Status.OPEN)
        self._record(self.Suspended, by, reason=reason.value)

    def lift_suspension(self, by: Actor) -> None:
        self._must_be(Status.SUSPENDED)
        self._record(self.SuspensionLifted, by)

    def close(
        self, motive: ClosingMotive, now: datetime, by: Actor, *, contesting: timedelta
    ) -> None:
        """``contesting``: the time a person has against a suspension for fraud, before their
        record may be closed for it (CSP R1111-36).
        """
        self._must_be(Status.OPEN, Status.SUSPENDED)
        if motive is ClosingMotive.FRAUD:
            self._must_be_uncontested(now - contesting)
        self._record(self.Closed, by, motive=motive.value)

    def _must_be_uncontested(self, since: datetime) -> None:
        if self.suspended_for is not SuspensionReason.FRAUD_SUSPECTED or not self.suspended_at:
            raise NotInThatState("the record is not suspended for fraud")
        if self.suspended_at > since:
            raise NotDueYet

    def reopen(self, by: Actor) -> None:
        """The archive comes back with the record (CSP R1111-36). What was closed while it was
        suspended is not the person's to reopen: that would lift the suspension.
        """
        self._must_be(Status.CLOSED)
        if self.suspended_for and by.acts_for_person:
            raise NotInThatState("it was suspended when it was closed")
        if self.erasure_due:
            raise NotInThatState("its erasure is requested: cancel that first")
        self._record(self.Reopened, by)

    def _must_be(self, *allowed: Status) -> None:
        if self.status not in allowed:
            raise NotInThatState(f"the record is {self.status.value}")

    def _must_await_activation(self) -> None:
        self._must_be(Status.OPEN)
        if self.activated:
            raise NotInThatState("the record is already activated")

    def _record(self, kind: type[RecordEvent], by: Actor, **fields: Any) -> None:
        self.trigger_event(kind, record_id=self.id, by=by.to_event(), **fields)
