"""One exchange between a person and who wrote to them first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.messaging.domain.correspondent import Correspondent
from shared.kernel.actor import Actor


@dataclass
class Participant:
    """``ended``: they closed their exchange; ``replies``: their mailbox takes answers."""

    who: Correspondent
    ended: bool = False
    replies: bool = True

    @property
    def can_be_answered(self) -> bool:
        return self.replies and not self.ended


@dataclass
class Entry:
    """A message of the conversation. ``sender``: key of a participant, none for the person.

    ``deliveries``: of what the person sent, by key: queued, delivered or failed.
    """

    message_id: UUID
    at: datetime
    sender: str | None
    attachments: int
    read: bool = False
    deliveries: dict[str, str] = field(default_factory=dict)


class Conversation(Aggregate):
    """Subject, correspondents and states; what was written is in the messages' own streams."""

    TOPIC = "messaging.conversation"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]
        confidentiality: list[str]

    class Created(Event, Aggregate.Created):
        """``mailbox``: the address of the person that was written to."""

        TOPIC = "messaging.conversation_started"
        subject: str
        mailbox: str

    class MessageReceived(Event):
        """``dormant``: the person has not activated their record yet."""

        TOPIC = "messaging.message_received"
        message_id: UUID
        sender: dict[str, Any]
        replies: bool
        attachments: int
        dormant: bool

        def apply(self, conversation: "Conversation") -> None:
            who = Correspondent.from_event(self.sender)
            known = conversation.participants.setdefault(who.key, Participant(who))
            known.who, known.replies = who, self.replies
            conversation.entries[self.message_id] = Entry(
                self.message_id, self.timestamp, who.key, self.attachments
            )

    class MessageSent(Event):
        """By the person, or who acts for them. ``to``: keys of participants."""

        TOPIC = "messaging.message_sent"
        message_id: UUID
        to: list[str]
        attachments: int

        def apply(self, conversation: "Conversation") -> None:
            conversation.entries[self.message_id] = Entry(
                self.message_id,
                self.timestamp,
                None,
                self.attachments,
                read=True,
                deliveries=dict.fromkeys(self.to, "queued"),
            )

    class MessageRead(Event):
        TOPIC = "messaging.message_read"
        message_id: UUID

        def apply(self, conversation: "Conversation") -> None:
            conversation.entries[self.message_id].read = True

    class ExchangeEnded(Event):
        """``sender``: key of who closed their exchange; the others' go on."""

        TOPIC = "messaging.exchange_ended"
        sender: str

        def apply(self, conversation: "Conversation") -> None:
            conversation.participants[self.sender].ended = True

    class ExchangeResumed(Event):
        TOPIC = "messaging.exchange_resumed"
        sender: str

        def apply(self, conversation: "Conversation") -> None:
            conversation.participants[self.sender].ended = False

    class PharmacyWritten(Event):
        """The person wrote first, which a setting allows to pharmacies."""

        TOPIC = "messaging.pharmacy_written_to"
        pharmacy: dict[str, Any]

        def apply(self, conversation: "Conversation") -> None:
            who = Correspondent.from_event(self.pharmacy)
            conversation.participants[who.key] = Participant(who)

    class DeliverySettled(Event):
        """``outcome``: delivered or failed, of one message to one participant."""

        TOPIC = "messaging.delivery_settled"
        message_id: UUID
        to: str
        outcome: str

        def apply(self, conversation: "Conversation") -> None:
            entry = conversation.entries.get(self.message_id)
            if entry:
                entry.deliveries[self.to] = self.outcome

    class AttachmentSaved(Event):
        """``duplicate``: the vault had that very document already."""

        TOPIC = "messaging.attachment_saved"
        message_id: UUID
        number: int
        document_id: UUID
        duplicate: bool

    class Trashed(Event):
        TOPIC = "messaging.conversation_trashed"

        def apply(self, conversation: "Conversation") -> None:
            conversation.trashed_at = self.timestamp

    class Restored(Event):
        TOPIC = "messaging.conversation_restored"

        def apply(self, conversation: "Conversation") -> None:
            conversation.trashed_at = None

    class Deleted(Event):
        """For good, with its attachments."""

        TOPIC = "messaging.conversation_deleted"

        def apply(self, conversation: "Conversation") -> None:
            conversation.deleted = True

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        confidentiality: list[str],
        subject: str,
        mailbox: str,
    ) -> None:
        self.record_id = record_id
        self.confidentiality = confidentiality
        self.subject = subject
        self.mailbox = mailbox
        self.participants: dict[str, Participant] = {}
        self.entries: dict[UUID, Entry] = {}
        self.trashed_at: datetime | None = None
        self.deleted = False

    @classmethod
    def start(cls, conversation_id: UUID, by: Actor, **facts: Any) -> "Conversation":
        """``facts``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=conversation_id, by=by.to_event(), **facts)

    def note(self, kind: type[Any], by: Actor, **facts: Any) -> None:
        """One event of this conversation, who did it and who may know of it included."""
        self.trigger_event(
            kind,
            record_id=self.record_id,
            by=by.to_event(),
            confidentiality=self.confidentiality,
            **facts,
        )

    @property
    def answerable(self) -> list[Participant]:
        """Those who wrote, and neither ended their exchange nor refuse answers."""
        open_to = [one for one in self.participants.values() if one.can_be_answered]
        found = {one.who.key: one for one in map(self.answered_by, open_to)}
        return [one for one in found.values() if one.can_be_answered]

    def answered_by(self, participant: Participant) -> Participant:
        """Whoever reads what is answered: themselves, once they have written too."""
        named = participant.who.answers_to
        written = (one for one in self.participants.values() if one.who.address == named)
        return next(written, participant) if named else participant

    @property
    def unread(self) -> int:
        return sum(not entry.read for entry in self.entries.values())

    @property
    def latest_at(self) -> datetime:
        return max((entry.at for entry in self.entries.values()), default=self.created_on)

    def went_to(self, message_id: UUID, address: str) -> bool:
        """Whether the person sent that message to that mailbox."""
        entry = self.entries.get(message_id)
        keys = entry.deliveries if entry else {}
        return any(self.participants[key].who.is_at(address) for key in keys)

    def attributes(self, who: Correspondent | None = None) -> dict[str, Any]:
        """For ``access`` to decide on; ``who``: the participant who asks."""
        return attributes(self.confidentiality, who)


def attributes(codes: Iterable[str], who: Correspondent | None = None) -> dict[str, Any]:
    return {
        "kind": "message",
        "confidentiality": sorted(codes),
        "author": who.national_id if who else None,
        "facility": who.facility if who else None,
    }
