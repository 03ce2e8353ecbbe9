"""What happens to a document. Events are for ever: a change of one is a new version of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import same_depositor
from services.vault.domain.states import Status
from services.vault.domain.visibility import HIDDEN_FROM_PATIENT, hidden_by


class DocumentEvent(Aggregate.Event):
    record_id: UUID
    by: dict[str, Any]


class Created(DocumentEvent, Aggregate.Created):
    """``metadata`` and ``content``: :class:`Metadata` and :class:`Content` as plain data.
    ``decision_id``: the access decision that let the depositor feed this record.
    ``submission_set``: the lot it came with. ``hidden_since``: from when the time counts
    that it may be hidden from the person; that of the version it replaces, if any.
    ``confidentiality``: as those are told who put it in; ``cover``: codes that hide it from all
    others besides, taken over from a document they may not see (ADR 31)."""

    TOPIC = "vault.document_deposited"
    class_version = 3
    logical_id: UUID
    metadata: dict[str, Any]
    content: dict[str, Any]
    confidentiality: list[str]
    replaces: UUID | None
    decision_id: UUID
    submission_set: UUID | None
    hidden_since: datetime | None
    cover: list[str]

    @property
    def hidden_by(self) -> tuple[str, ...]:
        return hidden_by(self.confidentiality, self.cover)

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        hidden = HIDDEN_FROM_PATIENT in state["confidentiality"]
        state["submission_set"] = None
        state["hidden_since"] = state["timestamp"] if hidden else None

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["cover"] = []


class Held(Created):
    """Kept back by who deposits it: not in the record until it is released."""

    TOPIC = "vault.document_held"
    class_version = 2
    copies_to: list[str]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["cover"] = []

    def apply(self, document: Any) -> None:
        document.status = Status.HELD
        document.copies_to = tuple(self.copies_to)


class Shown(DocumentEvent):
    """What later events carry so that nothing made of them reaches those it is hidden
    from. ``decision_id`` is ``None`` for what time does."""

    confidentiality: list[str]
    decision_id: UUID | None

    @property
    def hidden_by(self) -> tuple[str, ...]:
        return tuple(self.confidentiality)


class Covered(Shown):
    """``confidentiality`` and ``cover`` are those of a deposit."""

    cover: list[str]

    @property
    def hidden_by(self) -> tuple[str, ...]:
        return hidden_by(self.confidentiality, self.cover)


class DepositedAgain(Shown):
    """By somebody who may not see it: theirs is this one too. Read, not written any more: theirs
    is a document of its own now (ADR 31). ``origin``: :class:`Origin`, for the read model."""

    TOPIC = "vault.document_deposited_again"
    origin: dict[str, Any]

    def apply(self, document: Any) -> None:
        document.also_deposited_by = (*document.also_deposited_by, self.by)


class DepositWithdrawn(Shown):
    """One of those took theirs back; the document stays."""

    TOPIC = "vault.deposit_withdrawn"
    origin: dict[str, Any]

    def apply(self, document: Any) -> None:
        also = document.also_deposited_by
        document.also_deposited_by = tuple(by for by in also if not same_depositor(by, self.by))


class Released(Covered):
    """Into the record. ``said``: ``type``, ``class``, ``author``, ``facility`` and
    ``by_patient``, which those who follow ask about it by."""

    TOPIC = "vault.document_released"
    class_version = 2
    said: dict[str, Any]
    replaces: UUID | None
    hidden_since: datetime | None

    def apply(self, document: Any) -> None:
        document.status = Status.APPROVED
        document.submitted_on = self.timestamp
        document.hide(self.confidentiality, self.cover)
        document.count_from(self.hidden_since)

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["cover"] = []


class Discarded(DocumentEvent):
    TOPIC = "vault.document_discarded"
    confidentiality: list[str]

    def apply(self, document: Any) -> None:
        document.status = Status.DISCARDED


class Replaced(DocumentEvent):
    TOPIC = "vault.document_replaced"
    replaced_by: UUID
    confidentiality: list[str]

    def apply(self, document: Any) -> None:
        document.status = Status.DEPRECATED
        document.replaced_by = self.replaced_by


class Hiding(Covered):
    """Who it is hidden from changes. ``renewed``: with it what those are told who put it in,
    and so the version of the metadata."""

    class_version = 2
    renewed: bool

    def apply(self, document: Any) -> None:
        document.hide(self.confidentiality, self.cover)
        if self.renewed:
            document.metadata_version = self.originator_version

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["cover"] = []
        state["renewed"] = True


class Masked(Hiding):
    TOPIC = "vault.document_masked"


class Unmasked(Hiding):
    TOPIC = "vault.document_unmasked"


class RevealedToPatient(Hiding):
    TOPIC = "vault.document_revealed_to_patient"


class RevealedToRepresentatives(Hiding):
    TOPIC = "vault.document_revealed_to_representatives"


class HiddenNoticeSent(Shown):
    """The person was told of an update of the record (CSP R.1111-53)."""

    TOPIC = "vault.hidden_notice_sent"

    def apply(self, document: Any) -> None:
        document.hidden_notice_sent = True


class Archived(Shown):
    TOPIC = "vault.document_archived"

    def apply(self, document: Any) -> None:
        document.status = Status.ARCHIVED


class Unarchived(Shown):
    TOPIC = "vault.document_unarchived"

    def apply(self, document: Any) -> None:
        document.status = Status.APPROVED


class Deleted(Shown):
    TOPIC = "vault.document_deleted"

    def apply(self, document: Any) -> None:
        document.status = Status.DELETED


class Reported(Shown):
    """``reason``: a code."""

    TOPIC = "vault.document_reported"
    reason: str

    def apply(self, document: Any) -> None:
        document.reported = True


class Reclassified(Shown):
    """``metadata``: all of it, as it is now."""

    TOPIC = "vault.document_reclassified"
    metadata: dict[str, Any]

    def apply(self, document: Any) -> None:
        document.metadata = Metadata.from_event(self.metadata)
        document.metadata_version = self.originator_version
