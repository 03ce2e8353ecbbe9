"""The log of notification, and what its use cases share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.notification.application.pending import Pending
from services.notification.domain.notice import Notice
from services.notification.domain.ports import Carrier, People
from services.notification.domain.recipient import Recipient
from services.notification.domain.template import Templates
from services.notification.domain.topic import Channel, Topic
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.guard import Step
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="notification")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """``channels``: that this installation has; ``carriers``: of those, in the process that
    sends. ``grouping``: how long what is not urgent waits for more. ``give_up_after``: of what
    nobody takes. ``at_once``: how many are under way together."""

    channels: frozenset[Channel] = frozenset(Channel)
    carriers: Mapping[Channel, Carrier] = field(default_factory=dict)
    templates: Templates = field(default_factory=dict)
    grouping: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(days=2)
    at_once: int = 8


class NotificationLog(EventLog):
    name = "notification"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        people: People,
        ways: Ways | None = None,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.people = people
        self.ways = ways or Ways()

    @property
    def pending(self) -> Pending:
        return Pending(self.guarded)

    def own_tables(self) -> Sequence[str]:
        return self.pending.create_statements()

    def kin(self, record_id: UUID) -> list[UUID]:
        """The record, and those merged with it."""
        return served_together(self, record_id)

    def recipient(self, record_id: UUID) -> Recipient:
        """One nobody told us of has the default choices. Raises ``KeyErased``."""
        found = self.get(Recipient.id_of(self.secret, record_id), Recipient)
        return found or Recipient.know(self.secret, record_id, SELF)

    def known(self, record_id: UUID) -> Recipient | None:
        try:
            return self.recipient(record_id)
        except KeyErased:
            return None

    def is_erased(self, record_id: UUID) -> bool:
        try:
            self.keys.current(record_id)
        except KeyErased:
            return True
        return False

    def leaving(
        self, recipient: Recipient, topic: Topic, notice: Notice, now: datetime
    ) -> list[Step]:
        """One row for each channel the person chose, joined by what comes after."""
        if not recipient.may_be_told(topic, now, private=notice.private):
            return []
        due_at = now if topic.is_urgent else now + self.ways.grouping
        return [
            self.pending.put(
                derived_id(self.secret, "dispatch", str(notice.id), topic, channel),
                recipient.record_id,
                topic,
                channel,
                now=now,
                due_at=due_at,
            )
            for channel in recipient.choices.for_topic(topic)
            if channel in self.ways.channels
        ]
