"""A document comes into a record, is held back before, or makes place for another."""

from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.domain import document_events as events
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from services.vault.messages.listed import OfDocument, message_for, of_document
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are


class InRecord(OfDocument):
    """The attributes by which ``access`` decides, so that a follower can ask about it."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: str
    class_: str = Field(alias="class")
    author: str | None
    facility: str | None
    by_patient: bool
    status: str
    replaces: UUID | None = None
    decision_id: UUID


class DocumentDeposited(InRecord):
    TYPE = "vault.document_deposited"


class DocumentHeld(OfDocument):
    """Kept back by who deposits it: not in the record, so nobody is told of it."""

    TYPE = "vault.document_held"
    decision_id: UUID


class DocumentReleased(InRecord):
    """One that was held back is in the record now: for whoever follows, as one deposited."""

    TYPE = "vault.document_released"


class DocumentDiscarded(OfDocument):
    TYPE = "vault.document_discarded"


class DocumentReplaced(OfDocument):
    TYPE = "vault.document_replaced"
    replaced_by: UUID


tell_as_they_are(
    message_for,
    of_document,
    {
        events.Held: DocumentHeld,
        events.Discarded: DocumentDiscarded,
        events.Replaced: DocumentReplaced,
    },
    base=OfDocument,
)


@message_for.register
def _(event: events.Created) -> MessageData:
    origin = Origin.of(Metadata.from_event(event.metadata), event.by)
    if event.cover:  # from all but who put it in, whom a journal must know it by
        origin = Origin.put_in(event.by)
    return DocumentDeposited(
        **of_document(event),
        type=event.metadata["type"],
        class_=event.metadata["class_code"],
        author=next(iter(origin.professionals), None),
        facility=next(iter(origin.structures), None),
        status=Status.APPROVED.value,
        by_patient=event.metadata["by_patient"],
        replaces=event.replaces,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: events.Released) -> MessageData:
    return DocumentReleased.model_validate(
        {
            **of_document(event),
            **event.said,
            "status": Status.APPROVED.value,
            "replaces": event.replaces,
            "decision_id": event.decision_id,
        }
    )
