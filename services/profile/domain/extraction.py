"""Whether a person lets measures be extracted from their biology documents."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class Extraction(Aggregate):
    """The finality TRAITEMENT_AUTO_DOCS: the platform's own, so it is in no catalogue. One stream
    per record; without it, no consent was given."""

    TOPIC = "profile.extraction"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]
        decision_id: UUID
        allowed: bool

    class Created(Event, Aggregate.Created):
        TOPIC = "profile.extraction_first_decided"

    class Decided(Event):
        TOPIC = "profile.extraction_decided"

        def apply(self, extraction: "Extraction") -> None:
            extraction.allowed = self.allowed

    @event(Created)
    def __init__(
        self, *, record_id: UUID, by: dict[str, Any], decision_id: UUID, allowed: bool
    ) -> None:
        self.record_id = record_id
        self.allowed = allowed

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "extraction", str(record_id))

    @classmethod
    def decide(
        cls, secret: bytes, record_id: UUID, by: Actor, *, allowed: bool, decision_id: UUID
    ) -> "Extraction":
        return cls._create(
            cls.Created,
            id=cls.id_of(secret, record_id),
            record_id=record_id,
            by=by.to_event(),
            decision_id=decision_id,
            allowed=allowed,
        )

    def decide_again(self, by: Actor, *, allowed: bool, decision_id: UUID) -> None:
        """The same twice is once."""
        if allowed != self.allowed:
            self.trigger_event(
                self.Decided,
                record_id=self.record_id,
                by=by.to_event(),
                decision_id=decision_id,
                allowed=allowed,
            )
