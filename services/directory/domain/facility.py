"""A health facility, by its FINESS."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event


class Facility(Aggregate):
    TOPIC = "directory.facility"

    class Created(Aggregate.Created):
        TOPIC = "directory.facility_registered"
        finess: str
        description: dict[str, Any]
        by: dict[str, Any]

    @staticmethod
    def create_id(stream_id: UUID, **_: Any) -> UUID:
        return stream_id

    @event(Created)
    def __init__(
        self, stream_id: UUID, finess: str, description: dict[str, Any], by: dict[str, Any]
    ) -> None:
        self.finess = finess
        self.description = description
