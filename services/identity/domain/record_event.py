"""What every event of a record says, whatever happened."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate


class RecordEvent(Aggregate.Event):
    """Sealed under the key of the record; ``by``: :meth:`Actor.to_event` of who acted."""

    record_id: UUID
    by: dict[str, Any]
