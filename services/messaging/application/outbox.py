"""Mail on its way: what is due, in a table beside the log, so that a restart loses nothing.

A row comes with the event that queues a mail, and goes with the one that settles it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.kernel.backoff import pause
from shared.stores.guard import GuardedRecorder, Sql, Step

TABLE = "messaging_outbox"
COLUMNS = (
    "(id TEXT PRIMARY KEY, kind TEXT NOT NULL, record_id TEXT, due_at BIGINT NOT NULL,"
    " queued_at BIGINT NOT NULL, attempts BIGINT NOT NULL)"
)


@dataclass(frozen=True, kw_only=True)
class Due:
    mailing_id: UUID
    kind: str
    attempts: int
    due_at: datetime
    queued_at: datetime


class Outbox:
    def __init__(self, recorder: GuardedRecorder) -> None:
        self._recorder = recorder

    def create_statements(self) -> Sequence[str]:
        return (
            f"CREATE TABLE IF NOT EXISTS {TABLE} {COLUMNS}",
            f"CREATE INDEX IF NOT EXISTS {TABLE}_due ON {TABLE} (due_at)",
        )

    def put(self, mailing_id: UUID, kind: str, record_id: UUID | None, now: datetime) -> Step:
        def insert(sql: Sql, _position: int) -> None:
            sql(
                f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",  # noqa: S608 - our own table name
                str(mailing_id), kind, str(record_id) if record_id else None,
                _millis(now), _millis(now),
            )  # fmt: skip

        return insert

    def drop(self, mailing_id: UUID) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {TABLE} WHERE id = ?", str(mailing_id))  # noqa: S608 - our own table name

        return delete

    def drop_record(self, record_id: UUID) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {TABLE} WHERE record_id = ?", str(record_id))  # noqa: S608 - our own table name

        return delete

    def due(self, now: datetime, limit: int) -> list[Due]:
        return self._rows("WHERE due_at <= ?", _millis(now), limit)

    def all(self, limit: int) -> list[Due]:
        return self._rows("WHERE due_at >= ?", 0, limit)

    def postpone(self, due: Due, now: datetime) -> None:
        with self._recorder.writing() as sql:
            sql(
                f"UPDATE {TABLE} SET due_at = ?, attempts = attempts + 1 WHERE id = ?",  # noqa: S608 - our own table name
                _millis(now + pause(due.attempts)), str(due.mailing_id),
            )  # fmt: skip

    def _rows(self, where: str, value: int, limit: int) -> list[Due]:
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT id, kind, attempts, due_at, queued_at FROM {TABLE} {where}"  # noqa: S608 - our own table name
                " ORDER BY due_at, id LIMIT ?",
                value, limit,
            )  # fmt: skip
        return [
            Due(
                mailing_id=UUID(row[0]),
                kind=row[1],
                attempts=row[2],
                due_at=_moment(row[3]),
                queued_at=_moment(row[4]),
            )
            for row in rows
        ]


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
