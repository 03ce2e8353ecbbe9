"""Read model of measures: a row for each kind of each batch, its points sealed together.

A year of a sensor is then some hundreds of rows and not 100,000.
"""

from collections.abc import Sequence
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.profile.domain.batch import Batch
from shared.crypto.fields import seal_field
from shared.crypto.keys import Keys
from shared.crypto.tokens import keyed_token
from shared.stores.documents import Eq, Purge, Put, Write

EVER = ("0000", "9999")
"""Before and after every instant."""


class MeasureSeries:
    """Rows: ``record_id``, ``first`` and ``last`` instant in clear, ``kind`` as a keyed token;
    ``said`` sealed; or ``removed``: the id of a measure to leave out; or ``batch`` with its
    ``visibility`` since, sealed."""

    NAME = "series"
    VERSION = 1
    INDEXES = ("record_id,kind",)

    def __init__(self, keys: Keys, secret: bytes) -> None:
        self._keys = keys
        self._secret = secret

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Batch.Created) -> Sequence[Write]:
        kinds = sorted({measure["kind"] for measure in event.measures})
        return [self._put(event, number, kind) for number, kind in enumerate(kinds)]

    @writes.register
    def _(self, event: Batch.Removed) -> Sequence[Write]:
        return [self._removed(event.record_id, str(event.measure_id), event.kind, event.at)]

    @writes.register
    def _(self, event: Batch.Withdrawn) -> Sequence[Write]:
        return [
            self._removed(event.record_id, measure["id"], measure["kind"], measure["at"])
            for measure in event.measures
        ]

    @writes.register
    def _(self, event: Batch.VisibilitySet) -> Sequence[Write]:
        return [self._visibility(event, kind) for kind in event.kinds]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _removed(self, record_id: UUID, measure_id: str, kind: str, at: str) -> Write:
        row = {
            "record_id": str(record_id),
            "kind": token(self._secret, record_id, kind),
            "first": at,
            "last": at,
            "removed": measure_id,
        }
        return Put(f"{measure_id}.removed", row)

    def _visibility(self, event: Batch.VisibilitySet, kind: str) -> Write:
        """Found with whatever window is asked for."""
        row_id = f"{event.originator_id}.{kind}.visibility"
        key = self._keys.current(event.record_id)
        row = {
            "record_id": str(event.record_id),
            "kind": token(self._secret, event.record_id, kind),
            "first": EVER[0],
            "last": EVER[1],
            "batch": str(event.originator_id),
            "visibility": seal_field(key, place(row_id), event.confidentiality),
        }
        return Put(row_id, row)

    def _put(self, event: Batch.Created, number: int, kind: str) -> Write:
        row_id = f"{event.originator_id}.{number}"
        measures = [measure for measure in event.measures if measure["kind"] == kind]
        said: dict[str, Any] = {
            "kind": kind,
            "measures": measures,
            "confidentiality": event.confidentiality,
            "by": event.by,
        }
        instants = [measure["at"] for measure in measures]
        row = {
            "record_id": str(event.record_id),
            "kind": token(self._secret, event.record_id, kind),
            "first": min(instants),
            "last": max(instants),
            "said": seal_field(self._keys.current(event.record_id), place(row_id), said),
        }
        return Put(row_id, row)


def token(secret: bytes, record_id: UUID, kind: str) -> str:
    """Of one record alone: equal kinds of two records do not look alike."""
    return keyed_token(secret, "measure kind", f"{record_id}.{kind}")


def place(row_id: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{MeasureSeries.NAME}.said.{row_id}"
