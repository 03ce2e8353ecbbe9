"""One mail to one mailbox, from the queue to its end."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class MailKind(StrEnum):
    """REPLY: of a person. COPY: a document for a professional. PRESCRIPTION: a pharmacy is told
    one was sent. EMERGENCY: a treating doctor, of an emergency access. BOUNCE: RFC 3464, of what
    could not be kept. RECEIPT: RFC 8098, when asked."""

    REPLY = "reply"
    COPY = "copy"
    PRESCRIPTION = "prescription"
    EMERGENCY = "emergency"
    BOUNCE = "bounce"
    RECEIPT = "receipt"


class Mailing(Aggregate):
    """What is needed to make the mail anew at each try; ``facts`` by kind, see its maker.

    ``record_id`` none: of no record, as a bounce to who wrote to nobody.
    """

    TOPIC = "messaging.mailing"

    class Event(Aggregate.Event):
        record_id: UUID | None
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "messaging.mail_queued"
        kind: str
        to: str
        facts: dict[str, Any]

    class Delivered(Event):
        """Taken by the next server."""

        TOPIC = "messaging.mail_delivered"

        def apply(self, mailing: "Mailing") -> None:
            mailing.state = "delivered"

    class Failed(Event):
        """``reason``: an enhanced status code (RFC 3463), or a word. Of one too that a server had
        taken, and sent back later."""

        TOPIC = "messaging.mail_failed"
        reason: str

        def apply(self, mailing: "Mailing") -> None:
            mailing.state = "failed"

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID | None,
        by: dict[str, Any],
        kind: str,
        to: str,
        facts: dict[str, Any],
    ) -> None:
        self.record_id = record_id
        self.kind = MailKind(kind)
        self.to = to
        self.facts = facts
        self.state = "queued"

    @classmethod
    def queue(cls, mailing_id: UUID, by: Actor, **facts: Any) -> "Mailing":
        """``facts``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=mailing_id, by=by.to_event(), **facts)

    def note(self, kind: type[Any], by: Actor, **facts: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **facts)
