"""Two records of one person made one: proposed by someone, confirmed by another, undone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.identity.domain.errors import MergeNotInThatState, SameStaff
from shared.kernel.actor import Actor


class MergeReason(StrEnum):
    SAME_INS = "same_ins"
    SAME_TRAITS = "same_traits"
    ENTRY_ERROR = "entry_error"
    PROVISIONAL_IDENTITY = "provisional_identity"
    """Announced twice while who it was was not known: a newborn, someone unconscious."""


class MergeState(StrEnum):
    PROPOSED = "proposed"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    SPLIT = "split"


@dataclass(frozen=True)
class Step:
    """``by``: :meth:`Actor.to_event`."""

    at: datetime
    by: dict[str, Any]


class Merge(Aggregate):
    """RNIV: decided by people alone, and reversible. Opaque ids and codes; the service's key."""

    TOPIC = "identity.merge"

    class Event(Aggregate.Event):
        source: UUID
        target: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "identity.merge_proposed"
        reason: str

    class Confirmed(Event):
        """``moved``: what now counts for the target, by kind: how many."""

        TOPIC = "identity.records_merged"
        moved: dict[str, int]

        def apply(self, merge: "Merge") -> None:
            merge.state = MergeState.CONFIRMED
            merge.confirmed = Step(self.timestamp, self.by)
            merge.moved = self.moved

    class Rejected(Event):
        """They are two people, or it is not known; the records were never touched."""

        TOPIC = "identity.merge_rejected"

        def apply(self, merge: "Merge") -> None:
            merge.state = MergeState.REJECTED
            merge.rejected = Step(self.timestamp, self.by)

    class Split(Event):
        """``source_status``: the one that the source has again."""

        TOPIC = "identity.records_split"
        source_status: str

        def apply(self, merge: "Merge") -> None:
            merge.state = MergeState.SPLIT
            merge.split_again = Step(self.timestamp, self.by)

    @event(Created)
    def __init__(self, source: UUID, target: UUID, reason: str, by: dict[str, Any]) -> None:
        self.source = source
        self.target = target
        self.reason = MergeReason(reason)
        self.proposed_by = by
        self.state = MergeState.PROPOSED
        self.rejected: Step | None = None
        self.confirmed: Step | None = None
        self.split_again: Step | None = None
        self.moved: dict[str, int] = {}

    @property
    def proposed(self) -> Step:
        return Step(self.created_on, self.proposed_by)

    @classmethod
    def propose(
        cls, merge_id: UUID, source: UUID, target: UUID, reason: MergeReason, by: Actor
    ) -> "Merge":
        return cls._create(
            cls.Created,
            id=merge_id,
            source=source,
            target=target,
            reason=reason.value,
            by=by.to_event(),
        )

    def confirm(self, moved: dict[str, int], by: Actor) -> None:
        """Four eyes: never by who proposed it."""
        self._must_be(MergeState.PROPOSED)
        if (by.kind.value, by.id) == (self.proposed_by["kind"], self.proposed_by["id"]):
            raise SameStaff
        self._tell(self.Confirmed, by, moved=moved)

    def reject(self, by: Actor) -> None:
        """By anyone of them, who proposed it too."""
        self._must_be(MergeState.PROPOSED)
        self._tell(self.Rejected, by)

    def split(self, source_status: str, by: Actor) -> None:
        self._must_be(MergeState.CONFIRMED)
        self._tell(self.Split, by, source_status=source_status)

    def _must_be(self, state: MergeState) -> None:
        if self.state is not state:
            raise MergeNotInThatState(f"the merge is {self.state.value}")

    def _tell(self, kind: type[Event], by: Actor, **fields: Any) -> None:
        self.trigger_event(kind, source=self.source, target=self.target, by=by.to_event(), **fields)
