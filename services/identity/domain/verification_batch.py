"""Many identities verified with INSi, later: asked for, sent, answered."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class Verified(StrEnum):
    """``skipped``: INSi may not be asked (no INS, doubtful, fictitious, unknown record).
    ``moved``: the record changed while INSi was looking, so its answer is about another identity.
    """

    OK = "OK"
    KO = "KO"
    SKIPPED = "skipped"
    MOVED = "moved"


class VerificationBatch(Aggregate):
    """Opaque ids of records, and in the end one word for each."""

    TOPIC = "identity.verification_batch"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "identity.verification_asked"
        records: list[UUID]

    class Submitted(Event):
        """``sent``: versions of the records that INSi is asked about; of others it may not be."""

        TOPIC = "identity.verification_submitted"
        number: str
        sent: dict[str, int]

        def apply(self, batch: "VerificationBatch") -> None:
            batch.number = self.number
            batch.sent = {UUID(record): version for record, version in self.sent.items()}

    class Answered(Event):
        """``results``: a :class:`Verified` for each record."""

        TOPIC = "identity.verification_answered"
        results: dict[str, str]

        def apply(self, batch: "VerificationBatch") -> None:
            batch.results = {UUID(r): Verified(word) for r, word in self.results.items()}

    @event(Created)
    def __init__(self, records: list[UUID], by: dict[str, Any]) -> None:
        self.records = records
        self.asked_by = by
        self.number: str | None = None
        self.sent: dict[UUID, int] = {}
        self.results: dict[UUID, Verified] | None = None

    @classmethod
    def ask(cls, batch_id: UUID, records: list[UUID], by: Actor) -> "VerificationBatch":
        return cls._create(cls.Created, id=batch_id, records=records, by=by.to_event())

    def submitted(self, number: str, sent: Mapping[UUID, int], by: Actor) -> None:
        """Sent, or sent again when INSi had forgotten it."""
        versions = {str(record): version for record, version in sent.items()}
        self.trigger_event(self.Submitted, number=number, sent=versions, by=by.to_event())

    def answered(self, results: Mapping[UUID, Verified], by: Actor) -> None:
        words = {str(record): word.value for record, word in results.items()}
        self.trigger_event(self.Answered, results=words, by=by.to_event())
