"""Records that identity has merged: under which record the items of another are served."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event
from eventsourcing.utils import register_topic
from pydantic import BaseModel

from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog, Outcome


class Kin(Aggregate):
    """One stream for each record that was ever part of a merge; opaque ids alone, so it is sealed
    by the service's key. ``target``: the record it was merged into. ``sources``: those merged
    into it.
    """

    TOPIC = "kin.Kin"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "kin.known"
        record: UUID

    class TargetChanged(Event):
        TOPIC = "kin.target_changed"
        target: UUID | None

        def apply(self, kin: "Kin") -> None:
            kin.target = self.target

    class SourcesChanged(Event):
        TOPIC = "kin.sources_changed"
        sources: list[UUID]

        def apply(self, kin: "Kin") -> None:
            kin.sources = self.sources

    @event(Created)
    def __init__(self, record: UUID, by: dict[str, Any]) -> None:  # noqa: ARG002 - event keeps it
        self.record = record
        self.target: UUID | None = None
        self.sources: list[UUID] = []

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "kin", str(record_id))

    @classmethod
    def know(cls, secret: bytes, record_id: UUID, by: Actor) -> "Kin":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), record=record_id, by=by.to_event()
        )

    def be_served_under(self, target: UUID | None, by: Actor) -> None:
        self.trigger_event(self.TargetChanged, target=target, by=by.to_event())

    def take(self, source: UUID, by: Actor) -> None:
        sources = list(dict.fromkeys((*self.sources, source)))
        self.trigger_event(self.SourcesChanged, sources=sources, by=by.to_event())

    def give_back(self, source: UUID, by: Actor) -> None:
        sources = [known for known in self.sources if known != source]
        self.trigger_event(self.SourcesChanged, sources=sources, by=by.to_event())


register_topic("vault.kin", Kin)  # as the vault alone wrote them at first
register_topic("vault.kin_known", Kin.Created)
register_topic("vault.kin_target_changed", Kin.TargetChanged)
register_topic("vault.kin_sources_changed", Kin.SourcesChanged)


def kin_of(log: EventLog, record_id: UUID) -> Kin | None:
    return log.get(Kin.id_of(log.secret, record_id), Kin)


def served_under(log: EventLog, record_id: UUID) -> UUID:
    """The record whose rights count for this one's items; itself if it was never merged."""
    kin = kin_of(log, record_id)
    return (kin.target if kin else None) or record_id


def served_together(log: EventLog, record_id: UUID) -> list[UUID]:
    """The record that ``record_id`` is served under, first, and those merged into it."""
    served = served_under(log, record_id)
    kin = kin_of(log, served)
    return [served, *(kin.sources if kin else ())]


class Applied(BaseModel):
    """A policy has nobody to answer."""


def on_records_merged(log: EventLog, received: Received) -> Outcome[Applied] | None:
    """What is the source's is served under the target, by the target's rights."""
    if received.record is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    source, target = _kin(log, UUID(received.data["source"])), _kin(log, received.record)
    source.be_served_under(target.record, by)
    target.take(source.record, by)
    return Outcome(answer=Applied(), save=[source, target])


def on_records_split(log: EventLog, received: Received) -> Outcome[Applied] | None:
    """Each record has its own items again."""
    if received.record is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    source, target = _kin(log, UUID(received.data["source"])), _kin(log, received.record)
    source.be_served_under(None, by)
    target.give_back(source.record, by)
    return Outcome(answer=Applied(), save=[source, target])


MERGES: Mapping[str, Callable[[EventLog, Received], Outcome[Applied] | None]] = {
    "identity.records_merged": on_records_merged,
    "identity.records_split": on_records_split,
}
"""Policies of every service that keeps items of records."""


def _kin(log: EventLog, record_id: UUID) -> Kin:
    by = Actor(kind=ActorKind.SERVICE, id=log.name)
    return kin_of(log, record_id) or Kin.know(log.secret, record_id, by)
