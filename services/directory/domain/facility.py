"""A health facility, by its FINESS."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict


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

    @classmethod
    def register(
        cls, stream_id: UUID, finess: str, description: dict[str, Any], by: Actor
    ) -> "Facility":
        return cls(stream_id=stream_id, finess=finess, description=description, by=by.to_event())

    def refuse_again(self) -> None:
        raise Conflict(fields={"finess": "is registered already"})
