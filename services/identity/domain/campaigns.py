"""Where records may be announced: first some départements, then everywhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor

EVERYWHERE = "FRANCE"
AREA = r"(0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-8]|98[46-8])"
"""A département, as in the INSEE code of its communes."""


class Campaigns(Aggregate):
    """One stream: which areas are open, and from when."""

    TOPIC = "identity.campaigns"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "identity.campaigns_begun"

    class Opened(Event):
        TOPIC = "identity.campaign_opened"
        area: str
        opens_from: datetime

        def apply(self, campaigns: "Campaigns") -> None:
            campaigns.areas[self.area] = self.opens_from

    @event(Created)
    def __init__(self, by: dict[str, Any]) -> None:
        self.areas: dict[str, datetime] = {}

    @classmethod
    def begin(cls, campaigns_id: UUID, by: Actor) -> "Campaigns":
        return cls._create(cls.Created, id=campaigns_id, by=by.to_event())

    def open(self, area: str, opens_from: datetime, by: Actor) -> None:
        """An area opened before opens from the new instant."""
        self.trigger_event(self.Opened, area=area, opens_from=opens_from, by=by.to_event())

    def is_open(self, area: str | None, at: datetime) -> bool:
        opened = [self.areas[a] for a in (area, EVERYWHERE) if a in self.areas]
        return bool(opened) and min(opened) <= at
