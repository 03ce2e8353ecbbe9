"""The trace of someone reading whose record it is."""

from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class IdentityRead(Aggregate):
    """A stream of one event, so that readers never contend with the record's own life."""

    TOPIC = "identity.reading"

    class Created(Aggregate.Created):
        TOPIC = "identity.identity_read"
        record_id: UUID
        by: dict[str, Any]

    @staticmethod
    def create_id() -> UUID:
        return uuid4()

    @event(Created)
    def __init__(self, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id

    @classmethod
    def trace(cls, record_id: UUID, by: Actor) -> "IdentityRead":
        return cls(record_id=record_id, by=by.to_event())
