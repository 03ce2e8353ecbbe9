"""The trace of a search among people by their traits."""

from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event


class CandidateSearch(Aggregate):
    """A stream of one event. Not what was asked; ``found`` says how many were shown."""

    TOPIC = "identity.candidate_search"

    class Created(Aggregate.Created):
        TOPIC = "identity.candidates_sought"
        found: int
        by: dict[str, Any]

    @staticmethod
    def create_id() -> UUID:
        return uuid4()

    @event(Created)
    def __init__(self, found: int, by: dict[str, Any]) -> None:
        self.found = found
