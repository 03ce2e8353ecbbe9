"""What is done with documents that are there: read, sent, put away, spoken of."""

from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.domain import document_events as events
from services.vault.domain.copies import Copies
from services.vault.domain.export import Export
from services.vault.domain.opening import Opening
from services.vault.messages.listed import OfDocument, common, message_for, of_document
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are


class DocumentArchived(OfDocument):
    """``decision_id`` is ``None`` when its time ran out."""

    TYPE = "vault.document_archived"
    decision_id: UUID | None


class DocumentUnarchived(OfDocument):
    TYPE = "vault.document_unarchived"
    decision_id: UUID


class DocumentDeleted(OfDocument):
    TYPE = "vault.document_deleted"
    decision_id: UUID


class DocumentReported(OfDocument):
    TYPE = "vault.document_reported"
    reason: str
    decision_id: UUID


class DocumentReclassified(OfDocument):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    TYPE = "vault.document_reclassified"
    type: str
    class_: str = Field(alias="class")
    decision_id: UUID


class CopiesAsked(OfDocument):
    """``confidentiality``: as who asked is told of it. ``to``: addresses of the secure mail space,
    or national ids. What to send is asked of ``contents_for_copies``."""

    TYPE = "vault.copies_asked"
    copies_id: UUID
    to: list[str]


class DocumentOpened(OfDocument):
    TYPE = "vault.document_opened"
    mode: str
    decision_id: UUID


class RecordExported(MessageData):
    """``documents``: how many; a copy was asked for, and may be read from now on."""

    TYPE = "vault.record_exported"
    export_id: UUID
    documents: int
    decision_id: UUID


tell_as_they_are(
    message_for,
    of_document,
    {
        events.Archived: DocumentArchived,
        events.Unarchived: DocumentUnarchived,
        events.Deleted: DocumentDeleted,
        events.Reported: DocumentReported,
    },
    base=OfDocument,
)


@message_for.register
def _(event: events.Reclassified) -> MessageData:
    return DocumentReclassified.model_validate(
        {
            **of_document(event),
            "type": event.metadata["type"],
            "class": event.metadata["class_code"],
            "decision_id": event.decision_id,
        }
    )


@message_for.register
def _(event: Copies.Created) -> MessageData:
    return CopiesAsked(
        record_id=event.record_id,
        by=event.by,
        document_id=event.document_id,
        confidentiality=event.confidentiality,
        copies_id=event.originator_id,
        to=event.to,
    )


@message_for.register
def _(event: Opening.Created) -> MessageData:
    return DocumentOpened(
        **common(event),
        document_id=event.document_id,
        mode=event.mode,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


@message_for.register
def _(_event: Opening.OfHeld) -> None:
    return None


@message_for.register
def _(event: Export.Created) -> MessageData:
    return RecordExported(
        **common(event),
        export_id=event.originator_id,
        documents=sum(len(part) for part in event.parts),
        decision_id=event.decision_id,
    )
