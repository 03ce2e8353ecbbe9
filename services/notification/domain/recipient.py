"""Whom a record's notices are told to, and how they want it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.notification.domain.topic import Channel, Preference, Topic
from shared.kernel.actor import Actor
from shared.kernel.french import FRANCE
from shared.kernel.ids import derived_id

BY_EMAIL = dict.fromkeys(Preference, (Channel.EMAIL,))


@dataclass(frozen=True, kw_only=True)
class Choices:
    """``quiet_from``, ``quiet_to``: civil time of France, none for never; may pass midnight."""

    channels: Mapping[Preference, tuple[Channel, ...]] = field(default_factory=lambda: BY_EMAIL)
    language: str = "fr"
    quiet_from: time | None = time(21)
    quiet_to: time | None = time(8)

    def for_topic(self, topic: Topic) -> tuple[Channel, ...]:
        preference = topic.preference
        if preference is None:
            return (Channel.EMAIL,)
        return self.channels.get(preference, ())

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that ``now`` is in."""
        if self.quiet_from is None or self.quiet_to is None:
            return None
        here = now.astimezone(FRANCE)
        begins, ends = self.quiet_from, self.quiet_to
        passes_midnight = begins > ends
        at = here.time()
        inside = at >= begins or at < ends if passes_midnight else begins <= at < ends
        if not inside:
            return None
        day = here.date() + timedelta(days=1 if passes_midnight and at >= begins else 0)
        until = datetime.combine(day, ends, FRANCE)
        # What clocks show twice is meant as it is shown first, unless that is over.
        return until if until > now else until.replace(fold=1)

    def to_event(self) -> dict[str, Any]:
        return {
            "channels": {p.value: [c.value for c in cs] for p, cs in self.channels.items()},
            "language": self.language,
            "quiet_from": self.quiet_from.isoformat("minutes") if self.quiet_from else None,
            "quiet_to": self.quiet_to.isoformat("minutes") if self.quiet_to else None,
        }

    @classmethod
    def from_event(cls, kept: Mapping[str, Any]) -> "Choices":
        begins, ends = kept["quiet_from"], kept["quiet_to"]
        return cls(
            channels={
                Preference(p): tuple(Channel(c) for c in cs) for p, cs in kept["channels"].items()
            },
            language=kept["language"],
            quiet_from=_civil(begins) if begins else None,
            quiet_to=_civil(ends) if ends else None,
        )


def _civil(text: str) -> time:
    """An offset was once taken beside the hour; there is none in civil time."""
    return time.fromisoformat(text).replace(tzinfo=None)


class Recipient(Aggregate):
    """One stream per record; no address in it: identity is asked each time."""

    TOPIC = "notification.recipient"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``majority_at``: when representatives stop acting; none for who is of age."""

        TOPIC = "notification.recipient_known"
        representatives: list[UUID]
        majority_at: datetime | None

    class FamilyKnown(Event):
        """The announcement came after something else was said of the record."""

        TOPIC = "notification.family_known"
        representatives: list[UUID]
        majority_at: datetime | None

        def apply(self, recipient: "Recipient") -> None:
            recipient.representatives = self.representatives
            recipient.majority_at = self.majority_at

    class MajorityMoved(Event):
        TOPIC = "notification.majority_moved"
        majority_at: datetime | None

        def apply(self, recipient: "Recipient") -> None:
            recipient.majority_at = self.majority_at

    class LifeChanged(Event):
        """``state``: waiting, open, activated, or closed to all but its own news."""

        TOPIC = "notification.life_changed"
        state: str

        def apply(self, recipient: "Recipient") -> None:
            recipient.activated = recipient.activated or self.state == "activated"
            recipient.state = self.state

    class MajorityReached(Event):
        """Who acted for them had activated the record: they have not yet."""

        TOPIC = "notification.majority_reached"

        def apply(self, recipient: "Recipient") -> None:
            recipient.activated = False

    class RepresentationSuspended(Event):
        """By a judge; ``on`` false gives it back."""

        TOPIC = "notification.representation_suspended"
        representative: UUID
        on: bool

        def apply(self, recipient: "Recipient") -> None:
            change = recipient.suspended.add if self.on else recipient.suspended.discard
            change(self.representative)

    class PreferencesSet(Event):
        TOPIC = "notification.preferences_set"
        choices: dict[str, Any]

        def apply(self, recipient: "Recipient") -> None:
            recipient.choices = Choices.from_event(self.choices)

    class AddressDisabled(Event):
        """``address``: keyed token of it, this record's or a representative's. Others are used
        at once; those disabled before stay so."""

        TOPIC = "notification.address_disabled"
        channel: str
        address: str
        reason: str

        def apply(self, recipient: "Recipient") -> None:
            recipient.disabled.setdefault(Channel(self.channel), set()).add(self.address)

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        representatives: list[UUID],
        majority_at: datetime | None,
    ) -> None:
        self.record_id = record_id
        self.representatives = representatives
        self.suspended: set[UUID] = set()
        self.majority_at = majority_at
        self.state = "waiting"
        self.activated = False
        self.choices = Choices()
        self.disabled: dict[Channel, set[str]] = {}

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "recipient", str(record_id))

    @classmethod
    def know(
        cls,
        secret: bytes,
        record_id: UUID,
        by: Actor,
        *,
        representatives: Sequence[UUID] = (),
        majority_at: datetime | None = None,
    ) -> "Recipient":
        return cls._create(
            cls.Created,
            id=cls.id_of(secret, record_id),
            record_id=record_id,
            by=by.to_event(),
            representatives=list(representatives),
            majority_at=majority_at,
        )

    def note(self, kind: type[Any], by: Actor, **facts: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **facts)

    def is_minor(self, now: datetime) -> bool:
        return self.majority_at is not None and now < self.majority_at

    def may_be_told(self, topic: Topic, now: datetime, *, private: bool) -> bool:
        """What is private to a minor leaves by no way: the address is often their parents'."""
        if private and self.is_minor(now):
            return False
        if self.state == "closed":
            return topic is Topic.ACCOUNT
        return self.activated or topic.before_activation
