"""A health facility, by its FINESS."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class Facility(Aggregate):
    TOPIC = "directory.facility"

    class Created(Aggregate.Created):
        TOPIC = "directory.facility_registered"
        finess: str
        description: dict[str, Any]
        by: dict[str, Any]

    @event(Created)
    def __init__(self, finess: str, description: dict[str, Any], by: dict[str, Any]) -> None:
        self.finess = finess
        self.description = description

    @classmethod
    def register(
        cls, stream_id: UUID, finess: str, description: dict[str, Any], by: Actor
    ) -> "Facility":
        return cls._create(
            cls.Created,
            id=stream_id,
            finess=finess,
            description=description,
            by=by.to_event(),
        )
