"""What is listed is told; an event that no room of this folder registers stays inside."""

from functools import singledispatch
from typing import Any
from uuid import UUID

from services.vault.domain import document_events as events
from shared.eventing.messages import MessageData
from shared.kernel.actor import in_secret


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def common(event: Any) -> dict[str, Any]:
    return {"record_id": event.record_id, "by": event.by, "secret": in_secret(event.by)}


class OfDocument(MessageData):
    document_id: UUID
    confidentiality: list[str]


def of_document(
    event: events.Shown | events.Created | events.Discarded | events.Replaced,
) -> dict[str, Any]:
    codes = event.confidentiality
    if isinstance(event, events.Shown | events.Created):
        codes = list(event.hidden_by)
    return {**common(event), "document_id": event.originator_id, "confidentiality": codes}
