"""An event of no service's own, for logs that are copied, compared and replayed."""

from uuid import UUID

from eventsourcing.domain import Aggregate, event


class Note(Aggregate):
    TOPIC = "operating.note"

    class Created(Aggregate.Created):
        TOPIC = "operating.note_written"
        record_id: UUID

    @event(Created)
    def __init__(self, record_id: UUID) -> None:
        self.record_id = record_id
