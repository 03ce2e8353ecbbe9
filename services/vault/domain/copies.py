"""Copies of a document for the mailboxes of other professionals: what is asked of messaging.

What may go by secure mail: "règles de gestion MSSanté" of the CI-SIS volet *Transmission d'un
document CDA R2*. A document of the record goes to professionals if nothing hides it from them or
from representatives; one hidden from the person goes to professionals, not to the person.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.vault.domain.visibility import HIDDEN_FROM_REPRESENTATIVES, MASKED
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest

FIELD = "copies_to"
_KEPT_IN = {
    MASKED: "a masked document is not sent to professionals",
    HIDDEN_FROM_REPRESENTATIVES: "a document hidden from representatives is not sent",
}


class Copies(Aggregate):
    TOPIC = "vault.copies"

    class Created(Aggregate.Created):
        """``to``: addresses of the secure mail space, or national ids of professionals."""

        TOPIC = "vault.copies_asked"
        record_id: UUID
        by: dict[str, Any]
        document_id: UUID
        to: list[str]
        confidentiality: list[str]

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        document_id: UUID,
        to: list[str],
        confidentiality: list[str],
    ) -> None:
        self.record_id = record_id
        self.asked_by = by
        self.document_id = document_id
        self.to = to
        self.confidentiality = confidentiality

    @classmethod
    def ask(
        cls,
        copies_id: UUID,
        *,
        record_id: UUID,
        document_id: UUID,
        to: Sequence[str],
        confidentiality: Sequence[str],
        by: Actor,
    ) -> "Copies":
        """Raises :class:`InvalidRequest` on field ``copies_to`` for what may not be sent."""
        require_sendable(confidentiality, by)
        return cls._create(
            cls.Created,
            id=copies_id,
            record_id=record_id,
            by=by.to_event(),
            document_id=document_id,
            to=list(dict.fromkeys(to)),
            confidentiality=list(confidentiality),
        )


def require_sendable(confidentiality: Collection[str], by: Actor) -> None:
    refused = [why for code, why in _KEPT_IN.items() if code in confidentiality]
    if by.principal.acts_for_person:
        refused.append("only professionals and facilities send copies")
    if by.principal.secret:
        refused.append("nothing is sent from a secret session")
    if refused:
        raise InvalidRequest("This document cannot be sent.", fields={FIELD: refused[0]})
