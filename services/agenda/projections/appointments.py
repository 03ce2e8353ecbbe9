"""Read model: appointments of a record, one row for each series and each changed occurrence.

Ids and dates of change in clear; everything said of an appointment, its days included, sealed.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.agenda.domain.appointment import Said
from services.agenda.domain.occurrences import Kept
from services.agenda.domain.origin import Origin
from services.agenda.domain.slot import Slot
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.clock import instant, parse_instant
from shared.stores.documents import Documents, Eq, Json, Purge, Put, Write

PAGE = 500


class AppointmentList:
    """Rows: ``record_id``, ``appointment_id``, ``changed_at`` and ``changes`` (the version of the
    appointment it was written at) in clear; ``said`` sealed under the record's key.
    """

    NAME = "appointments"
    VERSION = 1
    INDEXES = ("record_id",)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def writes(self, event: object) -> Sequence[Write]:
        if isinstance(event, Said):
            return [self._row(event)]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]

    def _row(self, event: Said) -> Write:
        row_id = f"{event.originator_id}/{event.slot}"
        said = {
            "slot": event.slot,
            "state": event.state,
            "origin": event.origin,
            "secret": event.secret,
        }
        row = {
            "record_id": str(event.record_id),
            "appointment_id": str(event.originator_id),
            "changed_at": instant(event.timestamp),
            "changes": event.originator_version,
            "said": seal_field(self._keys.current(event.record_id), _place(row_id), said),
        }
        return Put(row_id, row)


class ListedAppointments:
    """Answers from the list what the use cases ask."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def appointments_of(self, record_id: UUID) -> Sequence[Kept]:
        by_id: dict[str, list[Json]] = {}
        for row in self._rows(record_id):
            by_id.setdefault(row["appointment_id"], []).append(row)
        try:
            return [self._kept(record_id, rows) for rows in by_id.values()]
        except KeyErased:
            return []

    def count_of(self, record_id: UUID) -> int:
        return self._documents.count(Eq("record_id", str(record_id)))

    def _rows(self, record_id: UUID) -> Iterator[Json]:
        after: str | None = None
        while True:
            page = self._documents.find(Eq("record_id", str(record_id)), limit=PAGE, after=after)
            yield from page.items
            after = page.next_cursor
            if after is None:
                return

    def _kept(self, record_id: UUID, rows: Sequence[Json]) -> Kept:
        said: list[dict[str, Any]] = [
            open_field(self._keys, _place(row["id"]), row["said"]) for row in rows
        ]
        return Kept(
            appointment_id=UUID(rows[0]["appointment_id"]),
            record_id=record_id,
            origin=Origin.from_event(said[0]["origin"]),
            secret=said[0]["secret"],
            changes=max(row["changes"] for row in rows),
            changed_at=max(parse_instant(row["changed_at"]) for row in rows),
            slots={one["slot"]: Slot.from_event(one["state"]) for one in said},
        )


def _place(row_id: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{AppointmentList.NAME}.said.{row_id}"
