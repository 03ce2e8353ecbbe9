"""Requests that write, and their answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.messaging.contract.parts import (
    Attachments,
    Body,
    Mailbox,
    Structure,
    Subject,
    Visibility,
)
from shared.rpc.contract import Command, Done


class StartConversation(Command):
    """``to``: ``<INS>@patient.mssante.fr``. ``replies`` none: this mailbox takes no answers.

    ``in_dmp``: what is attached is also deposited in the record (DESTDMP). ``end``: no answer is
    waited for.
    """

    to: Mailbox = Field(repr=False)
    subject: Subject
    body: Body
    attachments: Attachments
    replies: Literal["allowed", "none"] = "allowed"
    end: bool = False
    confidentiality: Annotated[list[Visibility], Field(default=["N"], max_length=4)]
    in_dmp: bool = False


class Send(Command):
    """``end`` closes the exchange of this correspondent; the others' go on."""

    conversation_id: UUID
    body: Body
    attachments: Attachments
    end: bool = False


Key = Annotated[str, Field(max_length=400)]
"""Of a correspondent: an address, or a national id."""


class Reply(Command):
    """``to``: keys of correspondents; all who can be answered when absent. ``draft_id``: discarded
    once this is sent."""

    conversation_id: UUID
    body: Body
    attachments: Attachments
    to: Annotated[list[Key], Field(min_length=1, max_length=50)] | None = None
    draft_id: UUID | None = None


class WriteToPharmacy(Command):
    record_id: UUID
    facility: Structure
    subject: Subject
    body: Body
    attachments: Attachments


class Sent(Done):
    """``remaining_bytes``: what this message could still have carried."""

    conversation_id: UUID
    message_id: UUID
    remaining_bytes: int


class SaveDraft(Command):
    """A new draft, or with ``draft_id`` a new text of one."""

    conversation_id: UUID
    body: Body
    draft_id: UUID | None = None


class DraftSaved(Done):
    draft_id: UUID


class DiscardDraft(Command):
    draft_id: UUID


class OfConversation(Command):
    conversation_id: UUID


class SaveAttachment(Command):
    """``type`` and ``title`` as in ``vault.deposit``; needed unless it is a CDA that the record
    has already. Of another CDA the file inside is kept. ``document``: which one of an archive,
    by its number there; the first when absent."""

    message_id: UUID
    number: Annotated[int, Field(ge=1, le=1000)]
    document: Annotated[int, Field(ge=1, le=1000)] | None = None
    type: Annotated[str, Field(max_length=64)] | None = None
    title: Annotated[str, Field(max_length=300)] | None = None


class AttachmentKept(Done):
    """``duplicate``: the record had that very document already."""

    document_id: UUID
    duplicate: bool
