"""That a record was erased: what read models still hold of it goes."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class ErasedRecord(Aggregate):
    """Of no record any more, so it is sealed under the key of the service."""

    TOPIC = "catalogue.erased_record"

    class Created(Aggregate.Created):
        TOPIC = "catalogue.record_forgotten"
        erased: UUID
        by: dict[str, Any]

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "erased", str(record_id))

    @classmethod
    def forget(cls, secret: bytes, record_id: UUID, by: Actor) -> "ErasedRecord":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), erased=record_id, by=by.to_event()
        )

    def __init__(self, *, erased: UUID, by: dict[str, Any]) -> None:
        self.erased = erased
        self.forgotten_by = by
