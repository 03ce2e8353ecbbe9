"""A record that identity has erased leaves nothing in any view of any service that follows it.

Views over other services' messages purge when the message comes. A view over a service's own log
purges at this event, which the follower saves when it comes: so a rebuild does it again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.eventing.received import Received
from shared.eventing.view import ERASED, ProjectionOf, takes
from shared.stores.documents import Write
from shared.stores.event_log import NOTHING, Outcome


class Purge(Aggregate):
    """``purged``: an opaque id; the keys of that record are gone."""

    TOPIC = "eventing.Purge"

    class Event(Aggregate.Event):
        TOPIC = "eventing.Purge.Event"

    class Created(Event, Aggregate.Created):
        TOPIC = "eventing.Purge.Created"
        purged: UUID
        by: dict[str, Any]

    @event(Created)
    def __init__(self, purged: UUID, by: dict[str, Any]) -> None:
        self.purged = purged
        self.by = by


def with_purge(received: Received, outcome: Outcome[Any] | None) -> Outcome[Any] | None:
    """What a policy decided, and the purge if the message is that of an erasure."""
    if received.type != ERASED or not received.record:
        return outcome
    purge = Purge(purged=received.record, by={"kind": "service", "id": received.publisher})
    decided = outcome or NOTHING
    return replace(decided, save=(*decided.save, purge))


def own_writes(projection: ProjectionOf, own: object) -> Sequence[Write]:
    """What an event of a service's own does to one of its views."""
    if isinstance(own, Purge.Created):
        return projection.purge(own.purged)
    return projection.writes(own)


def own_takes(projection: ProjectionOf, kind: type) -> bool:
    """Whether an event of a service's own, of that class, may do something to one of its views."""
    return issubclass(kind, Purge.Created) or takes(projection, kind)
