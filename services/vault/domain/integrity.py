"""Checks that what lies in object storage is what was deposited, and nothing else."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


@dataclass(frozen=True, kw_only=True)
class Verified:
    """``missing``: nothing lies where the content was put; ``damaged``: something else does."""

    checked: int
    missing: list[UUID]
    damaged: list[UUID]


class IntegrityCheck(Aggregate):
    """Belongs to no record: ids of documents, and opaque keys of objects."""

    TOPIC = "vault.integrity_check"

    class Created(Aggregate.Created):
        """``unclaimed``: objects that no event names. Documents whose events lie after
        ``reached`` were not looked at, unless ``complete``."""

        TOPIC = "vault.integrity_checked"
        class_version = 2
        by: dict[str, Any]
        checked: int
        missing: list[UUID]
        damaged: list[UUID]
        unclaimed: list[str]
        reached: int
        complete: bool

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """They were of all documents or of a sample, and of no other objects."""
            state.update(unclaimed=[], reached=0, complete=True)

    @event(Created)
    def __init__(
        self,
        *,
        by: dict[str, Any],
        checked: int,
        missing: list[UUID],
        damaged: list[UUID],
        unclaimed: list[str],
        reached: int,
        complete: bool,
    ) -> None:
        self.by = by
        self.checked = checked
        self.missing = missing
        self.damaged = damaged

    @classmethod
    def done(
        cls, found: Verified, unclaimed: list[str], reached: int, *, complete: bool, by: Actor
    ) -> "IntegrityCheck":
        return cls(
            by=by.to_event(),
            **asdict(found),
            unclaimed=unclaimed,
            reached=reached,
            complete=complete,
        )


class IntegrityRound(Aggregate):
    """The check that never ends: every stored content is read again, a few at a time. One
    stream, so that it goes on where it stood; then from the beginning again."""

    TOPIC = "vault.integrity_round"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "vault.integrity_round_begun"

    class Went(Event):
        """Up to the log position ``reached``; 0 once all were read."""

        TOPIC = "vault.integrity_round_went"
        reached: int
        checked: int
        missing: list[UUID]
        damaged: list[UUID]

        def apply(self, check: "IntegrityRound") -> None:
            check.reached = self.reached

    class GarbageRemoved(Event):
        """Objects that no event names, and that were there at the look before this one too."""

        TOPIC = "vault.garbage_removed"
        objects: list[str]

    @event(Created)
    def __init__(self, by: dict[str, Any]) -> None:
        self.reached = 0

    @staticmethod
    def id_of(secret: bytes) -> UUID:
        return derived_id(secret, "integrity round")

    @classmethod
    def begin(cls, secret: bytes, by: Actor) -> "IntegrityRound":
        return cls._create(cls.Created, id=cls.id_of(secret), by=by.to_event())

    def go_on(self, found: Verified, reached: int, by: Actor) -> None:
        self.trigger_event(self.Went, by=by.to_event(), reached=reached, **asdict(found))

    def remove(self, objects: Iterable[str], by: Actor) -> None:
        self.trigger_event(self.GarbageRemoved, by=by.to_event(), objects=sorted(objects))
