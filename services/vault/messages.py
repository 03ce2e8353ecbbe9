"""What others hear of documents: ids, codes and who acted; never a title, a name or a content.

``confidentiality`` goes with every message about a document, so that nothing derived from it
reaches those it is hidden from.
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.domain.document import Document, Status
from services.vault.domain.integrity import IntegrityCheck
from services.vault.domain.metadata import Metadata
from services.vault.domain.opening import Opening
from services.vault.domain.origin import Origin
from shared.eventing.messages import MessageData
from shared.kernel.actor import through


class DocumentDeposited(MessageData):
    """The attributes by which ``access`` decides, so that a follower can ask about it."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    TYPE = "vault.document_deposited"
    document_id: UUID
    type: str
    class_: str = Field(alias="class")
    author: str | None
    facility: str | None
    by_patient: bool
    status: str
    confidentiality: list[str]
    replaces: UUID | None = None
    decision_id: UUID


class DocumentReplaced(MessageData):
    TYPE = "vault.document_replaced"
    document_id: UUID
    replaced_by: UUID
    confidentiality: list[str]


class DocumentMasked(MessageData):
    TYPE = "vault.document_masked"
    document_id: UUID
    confidentiality: list[str]
    decision_id: UUID


class DocumentUnmasked(MessageData):
    TYPE = "vault.document_unmasked"
    document_id: UUID
    confidentiality: list[str]
    decision_id: UUID


class DocumentOpened(MessageData):
    TYPE = "vault.document_opened"
    document_id: UUID
    mode: str
    confidentiality: list[str]
    decision_id: UUID


class IntegrityChecked(MessageData):
    TYPE = "vault.integrity_checked"
    checked: int
    missing: list[UUID] = Field(default=[])
    damaged: list[UUID] = Field(default=[])


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: Document.Created) -> MessageData:
    origin = Origin.of(Metadata.from_event(event.metadata), event.by)
    return DocumentDeposited(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        document_id=event.originator_id,
        type=event.metadata["type"],
        class_=event.metadata["class_code"],
        author=next(iter(origin.professionals), None),
        facility=next(iter(origin.structures), None),
        status=Status.APPROVED.value,
        confidentiality=event.confidentiality,
        by_patient=event.metadata["by_patient"],
        replaces=event.replaces,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Document.Replaced) -> MessageData:
    return DocumentReplaced(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        document_id=event.originator_id,
        replaced_by=event.replaced_by,
        confidentiality=event.confidentiality,
    )


@message_for.register
def _(event: Document.Masked) -> MessageData:
    return DocumentMasked(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        document_id=event.originator_id,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Document.Unmasked) -> MessageData:
    return DocumentUnmasked(
        record_id=event.record_id,
        by=event.by,
        secret=_is_secret(event.by),
        document_id=event.originator_id,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
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
def _(event: IntegrityCheck.Created) -> MessageData:
    return IntegrityChecked(
        by=event.by, checked=event.checked, missing=event.missing, damaged=event.damaged
    )


def _is_secret(by: Mapping[str, Any]) -> bool:
    """A secret session, also when a software or a service carries it."""
    return any(actor.get("secret") for actor in through(by))
