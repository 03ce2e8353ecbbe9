"""A message that its writer has not sent."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class Draft(Aggregate):
    """``writer``: kind and id of who writes it; nobody else sees it."""

    TOPIC = "messaging.draft"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "messaging.draft_saved"
        conversation_id: UUID
        writer: str
        body: str

    class Changed(Event):
        TOPIC = "messaging.draft_changed"
        body: str

        def apply(self, draft: "Draft") -> None:
            draft.body = self.body

    class Discarded(Event):
        TOPIC = "messaging.draft_discarded"

        def apply(self, draft: "Draft") -> None:
            draft.discarded = True

    @event(Created)
    def __init__(
        self, record_id: UUID, by: dict[str, Any], conversation_id: UUID, writer: str, body: str
    ) -> None:
        self.record_id = record_id
        self.conversation_id = conversation_id
        self.writer = writer
        self.body = body
        self.discarded = False

    @classmethod
    def save(cls, draft_id: UUID, by: Actor, **facts: Any) -> "Draft":
        return cls._create(
            cls.Created, id=draft_id, by=by.to_event(), writer=writer_of(by), **facts
        )

    def change(self, body: str, by: Actor) -> None:
        self.trigger_event(self.Changed, record_id=self.record_id, by=by.to_event(), body=body)

    def discard(self, by: Actor) -> None:
        self.trigger_event(self.Discarded, record_id=self.record_id, by=by.to_event())


def writer_of(by: Actor) -> str:
    return f"{by.principal.kind.value}/{by.principal.id}"
