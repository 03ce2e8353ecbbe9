"""What others hear of documents: ids, codes and who acted; never a title, a name or a content.

``confidentiality`` goes with every message about a document, so that nothing derived from it
reaches those it is hidden from.
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.domain import document_events as events
from services.vault.domain.arrangement import Arrangement
from services.vault.domain.copies import Copies
from services.vault.domain.export import Export
from services.vault.domain.integrity import IntegrityCheck, IntegrityRound
from services.vault.domain.metadata import Metadata
from services.vault.domain.opening import Opening
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from shared.eventing.messages import MessageData
from shared.kernel.actor import through


class OfDocument(MessageData):
    document_id: UUID
    confidentiality: list[str]


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


class DefaultMaskingSet(MessageData):
    TYPE = "vault.default_masking_set"
    on: bool


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


class IntegrityChecked(MessageData):
    TYPE = "vault.integrity_checked"
    checked: int
    missing: list[UUID] = Field(default=[])
    damaged: list[UUID] = Field(default=[])
    unclaimed: list[str] = Field(default=[])


class GarbageRemoved(MessageData):
    """``objects``: opaque keys of what no event named."""

    TYPE = "vault.garbage_removed"
    objects: list[str]


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: events.Created) -> MessageData:
    origin = Origin.of(Metadata.from_event(event.metadata), event.by)
    if event.cover:  # from all but who put it in, whom a journal must know it by
        origin = Origin.put_in(event.by)
    return DocumentDeposited(
        **_of_document(event),
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
def _(event: events.Held) -> MessageData:
    return DocumentHeld(**_of_document(event), decision_id=event.decision_id)


@message_for.register
def _(event: events.Released) -> MessageData:
    return DocumentReleased.model_validate(
        {
            **_of_document(event),
            **event.said,
            "status": Status.APPROVED.value,
            "replaces": event.replaces,
            "decision_id": event.decision_id,
        }
    )


@message_for.register
def _(event: events.Discarded) -> MessageData:
    return DocumentDiscarded(**_of_document(event))


@message_for.register
def _(event: events.Replaced) -> MessageData:
    return DocumentReplaced(**_of_document(event), replaced_by=event.replaced_by)


@message_for.register
def _(event: events.HiddenNoticeSent) -> MessageData:
    return HiddenNoticeSent(**_of_document(event))


@message_for.register
def _(event: events.Reported) -> MessageData:
    return DocumentReported.model_validate(
        {**_of_document(event), "reason": event.reason, "decision_id": event.decision_id}
    )


@message_for.register
def _(event: events.Reclassified) -> MessageData:
    return DocumentReclassified.model_validate(
        {
            **_of_document(event),
            "type": event.metadata["type"],
            "class": event.metadata["class_code"],
            "decision_id": event.decision_id,
        }
    )


_DECIDED: Mapping[type[events.Shown], type[OfDocument]] = {
    events.Masked: DocumentMasked,
    events.Unmasked: DocumentUnmasked,
    events.RevealedToPatient: DocumentRevealedToPatient,
    events.RevealedToRepresentatives: DocumentRevealedToRepresentatives,
    events.Archived: DocumentArchived,
    events.Unarchived: DocumentUnarchived,
    events.Deleted: DocumentDeleted,
}
"""Events of which nothing more is told than what was decided."""


def _decided(event: events.Shown) -> MessageData:
    told = {**_of_document(event), "decision_id": event.decision_id}
    return _DECIDED[type(event)].model_validate(told)


for _kind in _DECIDED:
    message_for.register(_kind, _decided)


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
def _(event: Arrangement.MaskingSet) -> MessageData:
    return DefaultMaskingSet(
        record_id=event.record_id, by=event.by, secret=_is_secret(event.by), on=event.on
    )


@message_for.register
def _(event: Opening.Created) -> MessageData:
    return DocumentOpened(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        document_id=event.document_id,
        mode=event.mode,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Export.Created) -> MessageData:
    return RecordExported(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        export_id=event.originator_id,
        documents=sum(len(part) for part in event.parts),
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: IntegrityCheck.Created) -> MessageData:
    return IntegrityChecked(
        by=event.by,
        checked=event.checked,
        missing=event.missing,
        damaged=event.damaged,
        unclaimed=event.unclaimed,
    )


@message_for.register
def _(event: IntegrityRound.Went) -> MessageData:
    return IntegrityChecked(
        by=event.by, checked=event.checked, missing=event.missing, damaged=event.damaged
    )


@message_for.register
def _(event: IntegrityRound.GarbageRemoved) -> MessageData:
    return GarbageRemoved(by=event.by, objects=event.objects)


def _of_document(
    event: events.Shown | events.Created | events.Discarded | events.Replaced,
) -> dict[str, Any]:
    codes = event.confidentiality
    if isinstance(event, events.Shown | events.Created):
        codes = list(event.hidden_by)
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": _is_secret(event.by),
        "document_id": event.originator_id,
        "confidentiality": codes,
    }


def _is_secret(by: Mapping[str, Any]) -> bool:
    """A secret session, also when a software or a service carries it."""
    return any(actor.get("secret") for actor in through(by))
