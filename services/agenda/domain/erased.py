"""That a record was erased: what read models still hold of it goes."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class ErasedRecord(Aggregate):
    """Of no record any more, so it is sealed under the key of the service."""

    TOPIC = "agenda.erased_record"

    class Created(Aggregate.Created):
        TOPIC = "agenda.record_forgotten"
        erased: UUID
        by: dict[str, Any]

    @event(Created)
    def __init__(self, *, erased: UUID, by: dict[str, Any]) -> None:
        self.erased = erased

    @staticmethod
    def id_of(key: bytes, record_id: UUID) -> UUID:
        return derived_id(key, "erased", str(record_id))

    @classmethod
    def forget(cls, key: bytes, record_id: UUID, by: Actor) -> "ErasedRecord":
        return cls._create(
            cls.Created, id=cls.id_of(key, record_id), erased=record_id, by=by.to_event()
        )
