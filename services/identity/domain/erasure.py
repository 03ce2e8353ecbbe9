"""What stays of an erased record: that it was erased, by what right, and the proof."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.identity.domain.states import ErasureReason
from shared.kernel.actor import Actor


class Erasure(Aggregate):
    """Sealed by the service's key, because that of the record is about to go.

    ``holders``: streams of the INS it carried, which are free again afterwards. ``absorbed``:
    records merged into it, which go first.
    """

    TOPIC = "identity.erasure"

    class Event(Aggregate.Event):
        erased: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "identity.erasure_decided"
        reason: str
        holders: list[UUID]
        absorbed: list[UUID]

    class Completed(Event):
        """``certificate``: keyring's signed tombstone."""

        TOPIC = "identity.record_erased"
        certificate: dict[str, Any]

        def apply(self, erasure: "Erasure") -> None:
            erasure.certificate = self.certificate

    @event(Created)
    def __init__(
        self,
        erased: UUID,
        reason: str,
        holders: list[UUID],
        absorbed: list[UUID],
        by: dict[str, Any],
    ) -> None:
        self.erased = erased
        self.reason = ErasureReason(reason)
        self.holders = holders
        self.absorbed = absorbed
        self.certificate: dict[str, Any] | None = None

    @classmethod
    def decide(
        cls,
        erasure_id: UUID,
        record_id: UUID,
        reason: ErasureReason,
        *,
        holders: Sequence[UUID],
        absorbed: Sequence[UUID],
        by: Actor,
    ) -> "Erasure":
        return cls._create(
            cls.Created,
            id=erasure_id,
            erased=record_id,
            reason=reason.value,
            holders=list(holders),
            absorbed=list(absorbed),
            by=by.to_event(),
        )

    def complete(self, certificate: dict[str, Any], by: Actor) -> None:
        self.trigger_event(
            self.Completed, erased=self.erased, certificate=certificate, by=by.to_event()
        )
