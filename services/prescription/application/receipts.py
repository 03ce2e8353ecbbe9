"""Documents of dispensations on their way to the vault, sealed, until they are known to be there.

A row is written with the event it documents. Pharmacies are keyed tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.prescription.domain.ports import Content
from shared.crypto.base64_text import from_base64, to_base64
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import Keys
from shared.crypto.tokens import keyed_token
from shared.stores.guard import GuardedRecorder, Sql, Step

TABLE = "prescription_receipts"
COLUMNS = (
    "(id TEXT PRIMARY KEY, prescription TEXT NOT NULL, record TEXT NOT NULL, place TEXT NOT NULL,"
    " begun_at BIGINT NOT NULL, content TEXT NOT NULL)"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """``reversal``: the document that tells of a reversal, not the first."""

    prescription_id: UUID
    dispensation_id: UUID
    reversal: bool
    begun_at: datetime

    @property
    def id(self) -> str:
        return f"{self.dispensation_id}.{int(self.reversal)}"


class WaitingReceipts:
    def __init__(self, recorder: GuardedRecorder, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._recorder = recorder
        self._keys = keys
        self._secret = secret

    @staticmethod
    def create_statements() -> Sequence[str]:
        return (
            f"CREATE TABLE IF NOT EXISTS {TABLE} {COLUMNS}",
            f"CREATE INDEX IF NOT EXISTS {TABLE}_place ON {TABLE} (place)",
        )

    def of_place(self, facility: str, most: int) -> list[Row]:
        """Oldest first."""
        place = keyed_token(self._secret(), "pharmacy", facility)
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT id, prescription, begun_at FROM {TABLE} WHERE place = ?"  # noqa: S608 - our own table name
                " ORDER BY begun_at, id LIMIT ?",
                place, most,
            )  # fmt: skip
        return [_row(*row) for row in rows]

    def all(self) -> list[Row]:
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT id, prescription, begun_at FROM {TABLE} ORDER BY begun_at, id")  # noqa: S608 - our own table name
        return [_row(*row) for row in rows]

    def is_waiting(self, row_id: str) -> bool:
        with self._recorder.reading() as sql:
            return bool(sql(f"SELECT 1 FROM {TABLE} WHERE id = ?", row_id))  # noqa: S608 - our own table name

    def content(self, row_id: str) -> Content | None:
        """``None`` once another call has brought it."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT content FROM {TABLE} WHERE id = ?", row_id)  # noqa: S608 - our own table name
        if not rows:
            return None
        said = open_field(self._keys, _place(row_id), rows[0][0])
        return Content(**{**said, "data": from_base64(said["data"])})

    def begin(self, row: Row, record_id: UUID, facility: str, content: Content) -> Step:
        said = {**vars(content), "data": to_base64(content.data)}
        sealed = seal_field(self._keys.current(record_id), _place(row.id), said)
        place = keyed_token(self._secret(), "pharmacy", facility)

        def insert(sql: Sql, _position: int) -> None:
            sql(
                f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own table name
                row.id, str(row.prescription_id), str(record_id), place,
                round(row.begun_at.timestamp() * 1000), sealed,
            )  # fmt: skip

        return insert

    def end(self, row_id: str) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            if not sql(f"DELETE FROM {TABLE} WHERE id = ? RETURNING id", row_id):  # noqa: S608 - our own table name
                raise IntegrityError("another call has brought this document meanwhile")

        return delete

    def forget(self, record_id: UUID) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {TABLE} WHERE record = ?", str(record_id))  # noqa: S608 - our own table name

        return delete


def _row(row_id: str, prescription: str, begun_at: int) -> Row:
    dispensation, _, reversal = row_id.partition(".")
    return Row(
        prescription_id=UUID(prescription),
        dispensation_id=UUID(dispensation),
        reversal=reversal == "1",
        begun_at=datetime.fromtimestamp(begun_at / 1000, UTC),
    )


def _place(row_id: str) -> str:
    """Binds a sealed content to its row."""
    return f"{TABLE}.content.{row_id}"
