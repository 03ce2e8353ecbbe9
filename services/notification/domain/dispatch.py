"""One thing told outside of the record, by one channel, and what became of it."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.notification.domain.topic import Channel, Topic
from shared.kernel.actor import Actor


class Dispatch(Aggregate):
    """``address``: keyed token of where it went."""

    TOPIC = "notification.dispatch"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]
        channel: str

    class Created(Event, Aggregate.Created):
        TOPIC = "notification.dispatch_begun"
        topic: str
        address: str | None

    class Sent(Event):
        """Taken by the next server, the operator of text messages, or the printer's folder."""

        TOPIC = "notification.email_sent"

        def apply(self, dispatch: "Dispatch") -> None:
            dispatch.state = "sent"

    class Failed(Event):
        """``reason``: a status (RFC 3463), ``expired`` or ``no_address``."""

        TOPIC = "notification.email_failed"
        reason: str

        def apply(self, dispatch: "Dispatch") -> None:
            dispatch.state = "failed"

    @event(Created)
    def __init__(
        self, *, record_id: UUID, by: dict[str, Any], channel: str, topic: str, address: str | None
    ) -> None:
        self.record_id = record_id
        self.channel = Channel(channel)
        self.topic = Topic(topic)
        self.address = address
        self.state = "begun"

    @classmethod
    def begin(cls, dispatch_id: UUID, by: Actor, **facts: Any) -> "Dispatch":
        """``facts``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=dispatch_id, by=by.to_event(), **facts)

    def note(self, kind: type[Any], by: Actor, **facts: Any) -> None:
        self.trigger_event(
            kind,
            record_id=self.record_id,
            by=by.to_event(),
            channel=self.channel.value,
            **facts,
        )
