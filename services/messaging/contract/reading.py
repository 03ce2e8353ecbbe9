"""Requests that read, and their answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.messaging.contract.parts import AttachmentView, CorrespondentView
from services.messaging.domain.exchange import ReplyType
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, Listing, ListQuery, Query


class Conversations(ListQuery):
    """The latest first. ``text``: every word of it is in subject, names or messages."""

    record_id: UUID
    unread: bool = False
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    trashed: bool = False


class ConversationView(Answer):
    conversation_id: UUID
    subject: str
    correspondents: list[CorrespondentView]
    latest_at: Instant
    unread: int
    messages: int
    attachments: int
    reply_type: ReplyType
    trashed_at: Instant | None
    remaining_bytes: int


class ConversationsFound(Listing[ConversationView]):
    """``unread``: messages not read yet, of all that fit."""

    unread: int


class Messages(ListQuery):
    """Oldest first."""

    conversation_id: UUID


class MessageLine(Answer):
    """``sender``: key of a correspondent, none for the person; ``in_place_of``: who wrote for
    the person. ``deliveries``: by key, queued, delivered or failed. ``automatic``: software wrote
    it, as the notice of somebody's absence (RFC 3834)."""

    message_id: UUID
    at: Instant
    sender: str | None
    in_place_of: str | None
    read: bool
    attachments: int
    deliveries: dict[str, str]
    automatic: bool


class MessagesFound(Listing[MessageLine]):
    conversation: ConversationView


class Read(Query):
    """Marks it as read, when the person or who acts for them reads."""

    message_id: UUID


class MessageOpened(Answer):
    """``copied``: other mailboxes it was sent to. ``automatic``: see :class:`MessageLine`.
    ``signature``: unverified of a mail that came signed; nobody looked whose signature that is."""

    message_id: UUID
    conversation_id: UUID
    subject: str
    body: str = Field(repr=False)
    sender: str | None
    in_place_of: str | None
    copied: list[str]
    attachments: list[AttachmentView]
    automatic: bool
    signature: Literal["none", "unverified"]
    decision_id: UUID
    position: int = 0


class OpenAttachment(Query):
    message_id: UUID
    number: Annotated[int, Field(ge=1, le=1000)]


class AttachmentOpened(Answer):
    """``content``: base64."""

    attachment: AttachmentView
    content: str = Field(repr=False)


class Drafts(ListQuery):
    record_id: UUID


class DraftView(Answer):
    draft_id: UUID
    conversation_id: UUID
    body: str = Field(repr=False)
    saved_at: Instant


class Undelivered(ListQuery):
    """What waits to be sent, the next first; ids and dates alone."""


class Waiting(Answer):
    mailing_id: UUID
    kind: str
    attempts: int
    next_at: Instant
    since: Instant
