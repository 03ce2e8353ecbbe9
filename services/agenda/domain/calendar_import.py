"""That a calendar or a bundle was imported, and what came of it; its parts have their own."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class CalendarImport(Aggregate):
    TOPIC = "agenda.calendar_import"

    class Created(Aggregate.Created):
        """``form``: ics or fhir. ``counts``: number of parts by outcome."""

        TOPIC = "agenda.calendar_imported"
        record_id: UUID
        by: dict[str, Any]
        secret: bool
        form: str
        counts: dict[str, int]

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        secret: bool,
        form: str,
        counts: dict[str, int],
    ) -> None:
        self.record_id = record_id

    @classmethod
    def done(cls, import_id: UUID, record_id: UUID, by: Actor, **said: Any) -> "CalendarImport":
        """``said``: the fields of :class:`Created`."""
        return cls._create(cls.Created, id=import_id, record_id=record_id, by=by.to_event(), **said)
