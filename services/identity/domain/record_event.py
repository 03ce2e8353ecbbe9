"""What every event of a record says, and how the parts of a record raise them."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from shared.kernel.actor import Actor


class RecordEvent(Aggregate.Event):
    """Sealed under the key of the record; ``by``: :meth:`Actor.to_event` of who acted."""

    record_id: UUID
    by: dict[str, Any]


class RecordPart(ABC):
    """Some of what a record is and does; its events are those of the record."""

    @abstractmethod
    def _record(self, kind: type[RecordEvent], by: Actor, **fields: Any) -> None:
        """Raise the event."""
