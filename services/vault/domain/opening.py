"""One opening of a document: a stream of its own, so that readers do not wait for each other."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.vault.domain.document import Document
from services.vault.domain.states import Status
from shared.kernel.actor import Actor


class Opening(Aggregate):
    TOPIC = "vault.opening"

    class Created(Aggregate.Created):
        """``document_version``: of the stream that was read, which the save is guarded by.
        ``confidentiality``: who it was hidden from then."""

        TOPIC = "vault.document_opened"
        record_id: UUID
        by: dict[str, Any]
        document_id: UUID
        document_version: int
        decision_id: UUID
        mode: str
        confidentiality: list[str]

    class OfHeld(Created):
        """Of one that is held back, by who holds it: nobody is told, for the record does not have
        it yet."""

        TOPIC = "vault.held_document_opened"

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        document_id: UUID,
        document_version: int,
        decision_id: UUID,
        mode: str,
        confidentiality: list[str],
    ) -> None:
        self.record_id = record_id
        self.by = by
        self.document_id = document_id
        self.document_version = document_version
        self.decision_id = decision_id
        self.mode = mode
        self.confidentiality = confidentiality

    @classmethod
    def of(
        cls, document: Document, record_id: UUID, *, decision_id: UUID, mode: str, by: Actor
    ) -> "Opening":
        """``record_id``: the one it is served under, whose person reads of it."""
        return cls._create(
            cls.OfHeld if document.status is Status.HELD else cls.Created,
            record_id=record_id,
            by=by.to_event(),
            document_id=document.id,
            document_version=document.version,
            decision_id=decision_id,
            mode=mode,
            confidentiality=list(document.confidentiality),
        )
