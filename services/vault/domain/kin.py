"""Records that identity has merged: under which record the documents of another are served."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class Kin(Aggregate):
    """One stream for each record that was ever part of a merge; opaque ids alone, so it is sealed
    by the service's key. ``target``: the record it was merged into. ``sources``: those merged
    into it.
    """

    TOPIC = "vault.kin"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "vault.kin_known"
        record: UUID

    class TargetChanged(Event):
        TOPIC = "vault.kin_target_changed"
        target: UUID | None

        def apply(self, kin: "Kin") -> None:
            kin.target = self.target

    class SourcesChanged(Event):
        TOPIC = "vault.kin_sources_changed"
        sources: list[UUID]

        def apply(self, kin: "Kin") -> None:
            kin.sources = self.sources

    @event(Created)
    def __init__(self, record: UUID, by: dict[str, Any]) -> None:
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
