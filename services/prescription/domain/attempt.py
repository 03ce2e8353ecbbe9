"""A number that opened nothing: kept, so that guessing is seen."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class Attempt(Aggregate):
    """Of no record: what was typed is not kept."""

    TOPIC = "prescription.attempt"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``reason``: code of the refusal."""

        TOPIC = "prescription.number_refused"
        reason: str

    @event(Created)
    def __init__(self, *, by: dict[str, Any], reason: str) -> None:
        self.by = by
        self.reason = reason

    @classmethod
    def refused(cls, attempt_id: UUID, reason: str, by: Actor) -> "Attempt":
        return cls._create(cls.Created, id=attempt_id, by=by.to_event(), reason=reason)
