"""What was written, once, with what was attached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.messaging.domain.attachment import Attachment
from shared.kernel.actor import Actor

DOMAIN = "patient.mssante.fr"


@dataclass(frozen=True, kw_only=True)
class Thread:
    """RFC 5322 3.6.4, without angle brackets. ``header_id``: of this very message."""

    header_id: str
    in_reply_to: str | None = None
    references: list[str] = field(default_factory=list)


class Message(Aggregate):
    """``sender``: key of the participant who wrote it; none for the person."""

    TOPIC = "messaging.message"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``content_sha256``: of the mail as it came, so that one that comes twice is known.
        ``automatic``: software wrote it (RFC 3834). ``signed``: it came with a signature, which
        nobody verified."""

        TOPIC = "messaging.message_kept"
        conversation_id: UUID
        sender: str | None
        subject: str
        body: str
        attachments: list[dict[str, Any]]
        thread: dict[str, Any]
        copied: list[str]
        content_sha256: str
        automatic: bool
        signed: bool

        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Of an archive the first CDA alone was named; signatures were dropped, and of what
            software wrote nothing was noted."""
            state["attachments"] = [_with_documents(one) for one in state["attachments"]]
            state["automatic"] = state["signed"] = False

    class AttachmentsRemoved(Event):
        TOPIC = "messaging.attachments_removed"

        def apply(self, message: "Message") -> None:
            message.attachments = ()

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        conversation_id: UUID,
        sender: str | None,
        subject: str,
        body: str,
        attachments: list[dict[str, Any]],
        thread: dict[str, Any],
        copied: list[str],
        content_sha256: str,
        automatic: bool,
        signed: bool,
    ) -> None:
        self.record_id = record_id
        self.written_by = by
        self.conversation_id = conversation_id
        self.sender = sender
        self.subject = subject
        self.body = body
        self.attachments = tuple(Attachment.from_event(one) for one in attachments)
        self.thread = Thread(**thread)
        self.copied = copied
        self.content_sha256 = content_sha256
        self.automatic = automatic
        self.signed = signed

    @classmethod
    def keep(
        cls,
        message_id: UUID,
        by: Actor,
        *,
        attachments: Sequence[Attachment],
        thread: Thread,
        automatic: bool = False,
        signed: bool = False,
        **facts: Any,
    ) -> "Message":
        """``facts``: the other fields of :class:`Created`."""
        return cls._create(
            cls.Created,
            id=message_id,
            by=by.to_event(),
            attachments=[one.to_event() for one in attachments],
            thread=vars(thread),
            automatic=automatic,
            signed=signed,
            **facts,
        )

    def remove_attachments(self, by: Actor) -> None:
        if self.attachments:
            self.trigger_event(self.AttachmentsRemoved, record_id=self.record_id, by=by.to_event())

    @property
    def came_by_mail(self) -> bool:
        return bool(self.content_sha256)

    def attachment(self, number: int) -> Attachment | None:
        return next((one for one in self.attachments if one.number == number), None)


def _with_documents(attachment: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in attachment.items() if name != "unique_id"}
    first = attachment.get("unique_id")
    return {**kept, "documents": [{"unique_id": first, "title": ""}] if first else []}


def own_header_id(message_id: UUID) -> str:
    """The Message-ID of what a person sends."""
    return f"{message_id}@{DOMAIN}"


def own_message_of(header_id: str) -> UUID | None:
    """The message that :func:`own_header_id` was made of."""
    local, _, domain = header_id.partition("@")
    try:
        return UUID(local) if domain.lower() == DOMAIN else None
    except ValueError:
        return None


def writer(by: Mapping[str, Any]) -> str | None:
    """Who wrote in the person's place: representative or caregiver."""
    behind = by.get("on_behalf_of") or by
    kind = behind.get("kind")
    return kind if kind in {"representative", "caregiver"} else None
