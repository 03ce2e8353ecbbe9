"""Measures as they come in: one event per call, however many it brings."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.profile.domain.errors import AlreadyRemoved, WrittenByAnother
from services.profile.domain.origin import is_by_person
from services.profile.domain.visibility import require_secret_enough
from shared.kernel.actor import Actor

MeasureFact = dict[str, Any]
"""``id``, ``kind``, ``at`` (RFC 3339, UTC), ``values`` (one per part, in the unit of the kind);
and where given ``device``, ``comment``, ``warnings``, ``document`` (that it was extracted from),
``preliminary`` (true: the laboratory may still change it)."""


class Batch(Aggregate):
    """Methods decide and may refuse; events only evolve."""

    TOPIC = "profile.batch"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``decisions``: the access decision for each kind. Version 1 told no measure that is
        preliminary from others."""

        TOPIC = "profile.measures_recorded"
        class_version = 2
        measures: list[MeasureFact]
        confidentiality: list[str]
        decisions: dict[str, str]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """All counted as final, as those do that do not say."""

    class Removed(Event):
        TOPIC = "profile.measure_removed"
        measure_id: UUID
        kind: str
        at: str
        confidentiality: list[str]
        decision_id: UUID

        def apply(self, batch: "Batch") -> None:
            batch.removed.append(str(self.measure_id))

    class VisibilitySet(Event):
        """As that of the document they were extracted from. ``kinds``: that there are."""

        TOPIC = "profile.measures_visibility_set"
        kinds: list[str]
        confidentiality: list[str]

        def apply(self, batch: "Batch") -> None:
            batch.confidentiality = self.confidentiality

    class Withdrawn(Event):
        """The document that they were extracted from was replaced or deleted, or does not say so
        as it is read since. ``measures``: ``id``, ``kind`` and ``at`` of each."""

        TOPIC = "profile.measures_withdrawn"
        measures: list[dict[str, str]]

        def apply(self, batch: "Batch") -> None:
            batch.removed += [measure["id"] for measure in self.measures]

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        measures: list[MeasureFact],
        confidentiality: list[str],
        decisions: dict[str, str],
    ) -> None:
        self.record_id = record_id
        self.entered_by = by
        self.measures: Mapping[str, MeasureFact] = {m["id"]: m for m in measures}
        self.confidentiality = confidentiality
        self.removed: list[str] = []

    @classmethod
    def record(cls, batch_id: UUID, by: Actor, **said: Any) -> "Batch":
        """``said``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=batch_id, by=by.to_event(), **said)

    def set_visibility(self, confidentiality: list[str], by: Actor) -> None:
        if sorted(confidentiality) != self.confidentiality:
            self.trigger_event(
                self.VisibilitySet,
                record_id=self.record_id,
                by=by.to_event(),
                kinds=sorted({measure["kind"] for measure in self.measures.values()}),
                confidentiality=sorted(confidentiality),
            )

    def withdraw(self, by: Actor, but: Collection[str] = ()) -> None:
        """Those that were not removed before, nor are among ``but``; twice is once."""
        staying = {*self.removed, *but}
        left = [m for measure_id, m in self.measures.items() if measure_id not in staying]
        if left:
            self.trigger_event(
                self.Withdrawn,
                record_id=self.record_id,
                by=by.to_event(),
                measures=[{name: m[name] for name in ("id", "kind", "at")} for m in left],
            )

    def remove(self, measure_id: UUID, decision_id: UUID, by: Actor) -> None:
        """What a connected service or a professional sent is theirs: a person removes only
        what was entered for them (production's rule for synchronised services)."""
        if str(measure_id) in self.removed:
            raise AlreadyRemoved
        require_secret_enough(self.confidentiality, by)
        if by.principal.acts_for_person is not is_by_person(self.entered_by):
            raise WrittenByAnother
        measure = self.measures[str(measure_id)]
        self.trigger_event(
            self.Removed,
            record_id=self.record_id,
            by=by.to_event(),
            measure_id=measure_id,
            kind=measure["kind"],
            at=measure["at"],
            confidentiality=self.confidentiality,
            decision_id=decision_id,
        )
