"""The trace of someone asking whether an INS has a record."""

from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event


class ExistenceCheck(Aggregate):
    """A stream of one event, so that many who ask never contend."""

    TOPIC = "identity.existence_check"

    class Created(Aggregate.Created):
        """``record_id`` is null when there is none; the INS asked for is never kept."""

        TOPIC = "identity.existence_checked"
        record_id: UUID | None
        answer: str
        by: dict[str, Any]

    @staticmethod
    def create_id() -> UUID:
        return uuid4()

    @event(Created)
    def __init__(self, record_id: UUID | None, answer: str, by: dict[str, Any]) -> None:
        self.record_id = record_id
