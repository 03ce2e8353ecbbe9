"""What an operator decides about messages is an event: rebuilds and auditors honour it."""

import re
from typing import Any

from eventsourcing.domain import Aggregate, event

from shared.kernel.errors import InvalidRequest
from shared.stores.event_log import EventLog

PAGE = 500
REASON = re.compile(r"[a-z][a-z0-9_]{2,63}")


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


class CheckpointDropped(Aggregate):
    """The transparency log was put back below what this service had seen of it; an operator said
    to believe the next checkpoint. The note that counts no longer stays here, as evidence.
    """

    TOPIC = "eventing.CheckpointDropped"

    class Event(Aggregate.Event):
        TOPIC = "eventing.CheckpointDropped.Event"

    class Created(Event, Aggregate.Created):
        TOPIC = "eventing.CheckpointDropped.Created"
        size: int
        note: str
        vkey: str
        reason: str
        by: dict[str, Any]

    @event(Created)
    def __init__(self, size: int, note: str, vkey: str, reason: str, by: dict[str, Any]) -> None:
        self.size = size
        self.note = note
        self.vkey = vkey
        self.reason = reason
        self.by = by


def refuse_free_text(reason: str) -> None:
    """The log is for ever, and a sentence may name a person."""
    if not REASON.fullmatch(reason):
        raise InvalidRequest(fields={"reason": "a word of a-z, 0-9 and _"})


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
