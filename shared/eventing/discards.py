"""What an operator decides about messages is an event: rebuilds and auditors honour it."""

from typing import Any

from eventsourcing.domain import Aggregate, event

from shared.stores.event_log import EventLog

PAGE = 500


class Discard(Aggregate):
    """One message that this service will never apply. ``reason`` is a code word: the log is for
    ever. The record is not named: the message does, and the decision outlives it.
    """

    TOPIC = "eventing.Discard"

    class Event(Aggregate.Event):
        TOPIC = "eventing.Discard.Event"

    class Created(Event, Aggregate.Created):
        TOPIC = "eventing.Discard.Created"
        publisher: str
        position: int
        digest: str
        reason: str
        by: dict[str, Any]

    @event(Created)
    def __init__(
        self, publisher: str, position: int, digest: str, reason: str, by: dict[str, Any]
    ) -> None:
        self.publisher = publisher
        self.position = position
        self.digest = digest
        self.reason = reason
        self.by = by


class Realignment(Aggregate):
    """A publisher was restored below what was followed; an operator said to go on from there.

    ``left`` is the position that was applied and is lost, ``goes_on_after`` the one to go on
    after. What the lost messages did here stays done.
    """

    TOPIC = "eventing.Realignment"

    class Event(Aggregate.Event):
        TOPIC = "eventing.Realignment.Event"

    class Created(Event, Aggregate.Created):
        TOPIC = "eventing.Realignment.Created"
        publisher: str
        left: int
        goes_on_after: int
        reason: str
        by: dict[str, Any]

    @event(Created)
    def __init__(
        self, publisher: str, left: int, goes_on_after: int, reason: str, by: dict[str, Any]
    ) -> None:
        self.publisher = publisher
        self.left = left
        self.goes_on_after = goes_on_after
        self.reason = reason
        self.by = by


def discarded(log: EventLog) -> set[str]:
    """Digests of the messages discarded here."""
    topics = [Discard.Created.TOPIC]
    after, found = 0, set[str]()
    while rows := log.recorder.select_notifications(
        after, PAGE, topics=topics, inclusive_of_start=False
    ):
        decisions: list[Any] = [log.mapper.to_domain_event(row) for row in rows]
        found |= {decision.digest for decision in decisions}
        after = rows[-1].id
    return found
