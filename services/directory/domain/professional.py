"""A health professional, as the national directory describes them."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.directory.domain.errors import AlreadyDeactivated
from shared.kernel.actor import Actor


class Professional(Aggregate):
    """``description``: names, profession and places, replaced as a whole by a change."""

    TOPIC = "directory.professional"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "directory.professional_registered"
        national_id: str
        description: dict[str, Any]

    class Changed(Event):
        """Also when one who was deactivated is registered again."""

        TOPIC = "directory.professional_changed"
        national_id: str
        description: dict[str, Any]

        def apply(self, professional: "Professional") -> None:
            professional.description = self.description
            professional.active = True

    class Deactivated(Event):
        TOPIC = "directory.professional_deactivated"
        national_id: str

        def apply(self, professional: "Professional") -> None:
            professional.active = False

    @event(Created)
    def __init__(self, national_id: str, description: dict[str, Any], by: dict[str, Any]) -> None:
        self.national_id = national_id
        self.description = description
        self.active = True

    @classmethod
    def register(
        cls, stream_id: UUID, national_id: str, description: dict[str, Any], by: Actor
    ) -> "Professional":
        return cls._create(
            cls.Created,
            id=stream_id,
            national_id=national_id,
            description=description,
            by=by.to_event(),
        )

    def describe(self, description: dict[str, Any], by: Actor) -> None:
        """Nothing happens when nothing differs: an extract repeats itself every day."""
        if self.active and description == self.description:
            return
        self.trigger_event(
            self.Changed,
            national_id=self.national_id,
            description=description,
            by=by.to_event(),
        )

    def deactivate(self, by: Actor) -> None:
        if not self.active:
            raise AlreadyDeactivated
        self.trigger_event(self.Deactivated, national_id=self.national_id, by=by.to_event())
