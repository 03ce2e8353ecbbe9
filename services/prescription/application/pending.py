"""Issues under way: what must reach the vault, sealed, until it is known to be there.

A row is written with the event that prepares a prescription, and goes with the one that issues
or abandons it. One per record and issuer: so a document that comes to the vault from us, in
that issuer's name, is that of this row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.prescription.domain.ports import Content
from shared.crypto.base64_text import from_base64, to_base64
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import Keys
from shared.crypto.tokens import keyed_token
from shared.stores.guard import GuardedRecorder, Sql, Step

ISSUES = "prescription_pending"
DOCUMENTS = "prescription_documents"
ISSUES_COLUMNS = (
    "(id TEXT PRIMARY KEY, slot TEXT NOT NULL UNIQUE, begun_at BIGINT NOT NULL,"
    " content TEXT NOT NULL, record TEXT NOT NULL)"
)

DOCUMENTS_COLUMNS = "(document_id TEXT PRIMARY KEY, id TEXT NOT NULL, record TEXT NOT NULL)"


@dataclass(frozen=True, kw_only=True)
class Row:
    prescription_id: UUID
    begun_at: datetime


class Pending:
    def __init__(self, recorder: GuardedRecorder, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._recorder = recorder
        self._keys = keys
        self._secret = secret

    @staticmethod
    def create_statements() -> Sequence[str]:
        return (
            f"CREATE TABLE IF NOT EXISTS {ISSUES} {ISSUES_COLUMNS}",
            f"CREATE TABLE IF NOT EXISTS {DOCUMENTS} {DOCUMENTS_COLUMNS}",
            f"CREATE INDEX IF NOT EXISTS {DOCUMENTS}_record ON {DOCUMENTS} (record)",
        )

    def slot(self, record_id: UUID, issuer: Mapping[str, Any]) -> str:
        """``issuer``: ``kind`` and ``id`` of the caller whom the vault sees."""
        return keyed_token(self._secret(), "slot", f"{record_id}/{issuer['kind']}/{issuer['id']}")

    def in_slot(self, slot: str) -> UUID | None:
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT id FROM {ISSUES} WHERE slot = ?", slot)  # noqa: S608 - our own table name
        return UUID(rows[0][0]) if rows else None

    def content(self, prescription_id: UUID) -> Content | None:
        """``None`` once it was issued or abandoned."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT content FROM {ISSUES} WHERE id = ?", str(prescription_id))  # noqa: S608 - our own table name
        if not rows:
            return None
        said = open_field(self._keys, _place(prescription_id), rows[0][0])
        return Content(**{**said, "data": from_base64(said["data"])})

    def all(self) -> list[Row]:
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT id, begun_at FROM {ISSUES} ORDER BY begun_at, id")  # noqa: S608 - our own table name
        return [
            Row(prescription_id=UUID(i), begun_at=datetime.fromtimestamp(at / 1000, UTC))
            for i, at in rows
        ]

    def touch(self, prescription_id: UUID, now: datetime) -> bool:
        """About to go to the vault: nobody abandons it meanwhile. False if it is no longer here."""
        with self._recorder.writing() as sql:
            return bool(
                sql(
                    f"UPDATE {ISSUES} SET begun_at = ? WHERE id = ? RETURNING id",  # noqa: S608 - our own table name
                    _millis(now), str(prescription_id),
                )
            )  # fmt: skip

    def of_document(self, document_id: UUID) -> UUID | None:
        """The prescription of a document."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT id FROM {DOCUMENTS} WHERE document_id = ?", str(document_id))  # noqa: S608 - our own table name
        return UUID(rows[0][0]) if rows else None

    def begin(
        self, prescription_id: UUID, record_id: UUID, slot: str, content: Content, now: datetime
    ) -> Step:
        said = {**vars(content), "data": to_base64(content.data)}
        sealed = seal_field(self._keys.current(record_id), _place(prescription_id), said)

        def insert(sql: Sql, _position: int) -> None:
            inserted = sql(
                f"INSERT INTO {ISSUES} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - our own table name
                " ON CONFLICT DO NOTHING RETURNING id",
                str(prescription_id), slot, _millis(now), sealed, str(record_id),
            )  # fmt: skip
            if not inserted:
                raise IntegrityError("this issuer has another issue under way in that record")

        return insert

    def end(
        self, prescription_id: UUID, document_id: UUID, record_id: UUID, former: UUID | None
    ) -> Step:
        """``former``: the prescription that the document was of, and is no more."""

        def move(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {ISSUES} WHERE id = ?", str(prescription_id))  # noqa: S608 - our own table name
            moved = sql(
                f"INSERT INTO {DOCUMENTS} AS known VALUES (?, ?, ?) ON CONFLICT (document_id)"  # noqa: S608 - our own table name
                " DO UPDATE SET id = excluded.id WHERE known.id = ? RETURNING id",
                str(document_id), str(prescription_id), str(record_id), str(former),
            )  # fmt: skip
            if not moved:
                raise IntegrityError("another prescription has this document meanwhile")

        return move

    def drop(self, prescription_id: UUID, begun_at: datetime | None = None) -> Step:
        """``begun_at``: only if it was not touched since."""

        def delete(sql: Sql, _position: int) -> None:
            gone = sql(
                f"DELETE FROM {ISSUES} WHERE id = ? AND begun_at = COALESCE(?, begun_at)"  # noqa: S608 - our own table name
                " RETURNING id",
                str(prescription_id), _millis(begun_at) if begun_at else None,
            )  # fmt: skip
            if not gone:
                raise IntegrityError("somebody came back to this issue meanwhile")

        return delete

    def forget(self, record_id: UUID) -> Step:
        """Of an erased record nothing stays, not even that it had a prescription."""

        def delete(sql: Sql, _position: int) -> None:
            for table in (ISSUES, DOCUMENTS):
                sql(f"DELETE FROM {table} WHERE record = ?", str(record_id))  # noqa: S608 - our own table names

        return delete


def _place(prescription_id: UUID) -> str:
    return f"{ISSUES}.content.{prescription_id}"


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
