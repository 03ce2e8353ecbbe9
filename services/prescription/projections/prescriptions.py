"""The list of prescriptions: ids, days and states in clear, the rest sealed or keyed."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.prescription.domain.deciding import OPEN
from services.prescription.domain.ports import Listed
from services.prescription.domain.prescription import Prescription, State, attributes
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.crypto.tokens import keyed_token
from shared.kernel.clock import instant
from shared.stores.documents import (
    Documents,
    Eq,
    Filter,
    In,
    Json,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
    Write,
)

PAGE = 500
OPEN_STATES = sorted(OPEN)
NEVER_ISSUED = {State.PREPARED.value, State.ABANDONED.value}


class PrescriptionList:
    """A row per prescription (``kind`` issue): ``record_id``, ``state``, ``due``, ``begun`` in
    clear, ``written`` (prescriber, facility) and ``visibility`` sealed; and a row per sending
    (``kind`` sending) with the pharmacy as a keyed token, until nothing more may leave: what a
    pharmacy looks through does not grow with the years."""

    NAME = "prescriptions"
    VERSION = 3
    INDEXES = ("record_id", "state,due", "sent_to", "prescription_id")

    def __init__(self, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._keys = keys
        self._secret = secret

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Prescription.Created) -> Sequence[Write]:
        written = {"prescriber": event.prescriber, "facility": event.facility}
        row = {
            "kind": "issue",
            "record_id": str(event.record_id),
            "state": State.PREPARED.value,
            "begun": instant(event.timestamp),
            "due": event.issued_on.isoformat(),
            "written": self._sealed(event, "written", written),
            "visibility": self._sealed(event, "visibility", event.confidentiality),
        }
        return [Put(str(event.originator_id), row)]

    @writes.register
    def _(self, event: Prescription.Issued) -> Sequence[Write]:
        return [_moved(event, State.CREATED, event.due)]

    @writes.register(Prescription.Dispensed)
    @writes.register(Prescription.Reversed)
    def _(self, event: Prescription.Dispensed | Prescription.Reversed) -> Sequence[Write]:
        return [_moved(event, State(event.state), event.due)]

    @writes.register
    def _(self, event: Prescription.Abandoned) -> Sequence[Write]:
        return [_moved(event, State.ABANDONED)]

    @writes.register
    def _(self, event: Prescription.Completed) -> Sequence[Write]:
        return [_moved(event, State.DISPENSED), _unsent(event)]

    @writes.register
    def _(self, event: Prescription.Cancelled) -> Sequence[Write]:
        return [_moved(event, State.CANCELLED), _unsent(event)]

    @writes.register
    def _(self, event: Prescription.Expired) -> Sequence[Write]:
        return [_moved(event, State.EXPIRED), _unsent(event)]

    @writes.register
    def _(self, event: Prescription.VisibilityChanged) -> Sequence[Write]:
        sealed = self._sealed(event, "visibility", event.confidentiality)
        return [Patch(str(event.originator_id), {"visibility": sealed})]

    @writes.register
    def _(self, event: Prescription.Sent) -> Sequence[Write]:
        token = pharmacy_token(self._secret(), event.facility)
        row = {
            "kind": "sending",
            "record_id": str(event.record_id),
            "prescription_id": str(event.originator_id),
            "sent_to": token,
            "sent_at": instant(event.timestamp),
        }
        return [Put(f"{event.originator_id}.{token}", row)]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _sealed(self, event: Prescription.Event, field: str, value: Any) -> str:
        key = self._keys.current(event.record_id)
        return seal_field(key, place(str(event.originator_id), field), value)


class ListedPrescriptions:
    """Answers from the list what the use cases ask."""

    def __init__(self, documents: Documents, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._documents = documents
        self._keys = keys
        self._secret = secret

    def of_record(self, record_id: UUID, state: str | None) -> Sequence[Listed]:
        where: list[Filter] = [Eq("record_id", str(record_id)), Eq("kind", "issue")]
        if state:
            where.append(Eq("state", state))
        rows = self._rows(where, Sort("begun", descending=True))
        return self._opened([row for row in rows if row["state"] not in NEVER_ISSUED])

    def sent_to(self, facility: str) -> Sequence[Listed]:
        where = [Eq("sent_to", pharmacy_token(self._secret(), facility))]
        sendings = self._rows(where, Sort("sent_at", descending=True))
        ids = [row["prescription_id"] for row in sendings]
        rows = {row["id"]: row for row in self._documents.get_all(ids)}
        sent = (rows[id_] for id_ in ids if id_ in rows)
        return self._opened([row for row in sent if row["state"] in OPEN_STATES])

    def due_before(self, day: date) -> Sequence[UUID]:
        where: list[Filter] = [In("state", OPEN_STATES), Range("due", lt=day.isoformat())]
        return [UUID(row["id"]) for row in self._rows(where, Sort("due"))]

    def _rows(self, where: Sequence[Filter], sort: Sort) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(*where, sort=[sort], limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows

    def _opened(self, rows: Sequence[Json]) -> list[Listed]:
        found = []
        for row in rows:
            try:
                found.append(self._one(row))
            except KeyErased:  # of an erased record nothing is left, its row goes too
                continue
        return found

    def _one(self, row: Json) -> Listed:
        written = open_field(self._keys, place(row["id"], "written"), row["written"])
        visibility = open_field(self._keys, place(row["id"], "visibility"), row["visibility"])
        return Listed(
            prescription_id=UUID(row["id"]),
            attributes=attributes(visibility, written["prescriber"], written["facility"]),
            state=row["state"],
        )


def place(prescription_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{PrescriptionList.NAME}.{field}.{prescription_id}"


def pharmacy_token(secret: bytes, facility: str) -> str:
    return keyed_token(secret, "pharmacy", facility)


def _unsent(event: Prescription.Event) -> Write:
    return Purge([Eq("prescription_id", str(event.originator_id))])


def _moved(event: Prescription.Event, state: State, due: date | None = None) -> Write:
    """``due`` as it was where the event does not move it."""
    changed = {"state": state.value}
    if due is not None:
        changed["due"] = due.isoformat()
    return Patch(str(event.originator_id), changed)
