"""Who a document is hidden from, and when they see it."""

from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain.arrangement import Arrangement
from services.vault.messages.listed import OfDocument, common, message_for, of_document
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are


class DocumentMasked(OfDocument):
    TYPE = "vault.document_masked"
    decision_id: UUID


class DocumentUnmasked(OfDocument):
    TYPE = "vault.document_unmasked"
    decision_id: UUID


class HiddenNoticeSent(OfDocument):
    """Two weeks after the deposit: the person is told that the record was updated and that a
    professional can speak with them, nothing of a document (CSP R.1111-53)."""

    TYPE = "vault.hidden_notice_sent"


class DocumentRevealedToPatient(OfDocument):
    """``decision_id`` is ``None`` when its time ran out (CSP R.1111-53)."""

    TYPE = "vault.document_revealed_to_patient"
    decision_id: UUID | None


class DocumentRevealedToRepresentatives(OfDocument):
    TYPE = "vault.document_revealed_to_representatives"
    decision_id: UUID


class DefaultMaskingSet(MessageData):
    TYPE = "vault.default_masking_set"
    on: bool


tell_as_they_are(
    message_for,
    of_document,
    {
        events.Masked: DocumentMasked,
        events.Unmasked: DocumentUnmasked,
        events.HiddenNoticeSent: HiddenNoticeSent,
        events.RevealedToPatient: DocumentRevealedToPatient,
        events.RevealedToRepresentatives: DocumentRevealedToRepresentatives,
    },
    base=OfDocument,
)


@message_for.register
def _(event: Arrangement.MaskingSet) -> MessageData:
    return DefaultMaskingSet(**common(event), on=event.on)
