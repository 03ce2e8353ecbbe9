"""What is to leave, by record, topic and channel: all that comes before it leaves is one mail.

Rows lie beside the log: one comes with the notice it tells of, and goes with what it became.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.notification.domain.topic import Channel, Topic
from shared.stores.guard import GuardedRecorder, Sql, Step

TABLE = "notification_pending"
COLUMNS = (
    "(id TEXT PRIMARY KEY, record_id TEXT NOT NULL, topic TEXT NOT NULL, channel TEXT NOT NULL,"
    " due_at BIGINT NOT NULL, queued_at BIGINT NOT NULL, attempts BIGINT NOT NULL,"
    " UNIQUE (record_id, topic, channel))"
)
URGENT = "ON CONFLICT (record_id, topic, channel) DO UPDATE SET id = excluded.id"


@dataclass(frozen=True, kw_only=True)
class Due:
    dispatch_id: UUID
    record_id: UUID
    topic: Topic
    channel: Channel
    queued_at: datetime
    attempts: int


class Pending:
    def __init__(self, recorder: GuardedRecorder) -> None:
        self._recorder = recorder

    def create_statements(self) -> Sequence[str]:
        return (
            f"CREATE TABLE IF NOT EXISTS {TABLE} {COLUMNS}",
            f"CREATE INDEX IF NOT EXISTS {TABLE}_due ON {TABLE} (due_at)",
        )

    def put(
        self,
        dispatch_id: UUID,
        record_id: UUID,
        topic: Topic,
        channel: Channel,
        *,
        now: datetime,
        due_at: datetime,
    ) -> Step:
        """Joins what already waits. What is urgent gives it its own id, which one that is under
        way does not take with it: that may have been read before."""
        joined = URGENT if topic.is_urgent else "ON CONFLICT DO NOTHING"

        def insert(sql: Sql, _position: int) -> None:
            sql(
                f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, 0) {joined}",  # noqa: S608 - our own table name
                str(dispatch_id), str(record_id), topic.value, channel.value,
                _millis(due_at), _millis(now),
            )  # fmt: skip

        return insert

    def drop(self, dispatch_id: UUID) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {TABLE} WHERE id = ?", str(dispatch_id))  # noqa: S608 - our own table name

        return delete

    def drop_record(self, record_id: UUID) -> Step:
        def delete(sql: Sql, _position: int) -> None:
            sql(f"DELETE FROM {TABLE} WHERE record_id = ?", str(record_id))  # noqa: S608 - our own table name

        return delete

    def due(self, now: datetime, limit: int) -> list[Due]:
        """The longest due first."""
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT id, record_id, topic, channel, queued_at, attempts"  # noqa: S608 - our own table name
                f" FROM {TABLE} WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
                _millis(now), limit,
            )  # fmt: skip
        return [
            Due(
                dispatch_id=UUID(row[0]),
                record_id=UUID(row[1]),
                topic=Topic(row[2]),
                channel=Channel(row[3]),
                queued_at=datetime.fromtimestamp(row[4] / 1000, UTC),
                attempts=row[5],
            )
            for row in rows
        ]

    def postpone(self, dispatch_id: UUID, until: datetime, *, tried: bool) -> None:
        with self._recorder.writing() as sql:
            sql(
                f"UPDATE {TABLE} SET due_at = ?, attempts = attempts + ? WHERE id = ?",  # noqa: S608 - our own table name
                _millis(until), int(tried), str(dispatch_id),
            )  # fmt: skip

    def count(self) -> int:
        with self._recorder.reading() as sql:
            return int(sql(f"SELECT COUNT(*) FROM {TABLE}")[0][0])  # noqa: S608 - our own table name


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
