"""Where each import of an extract stands, beside the log and moved in its transactions.

Line numbers, counts, opaque stream ids: nothing here says who. What is lost with these tables is
where to go on, not what is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.directory.contract.importing import RefusedLine
from shared.stores.guard import GuardedRecorder, Sql, Step

# ruff: noqa: S608 - column names are those of ImportState


@dataclass(frozen=True, kw_only=True)
class ImportState:
    """``run`` numbers the imports of a kind; ``next``: groups taken. The rest are counts."""

    kind: str
    file: str
    run: int
    next: int = 0
    lines: int = 0
    registered: int = 0
    changed: int = 0
    same: int = 0
    deactivated: int = 0
    refused: int = 0
    finished: bool = False


_COLUMNS = [f.name for f in fields(ImportState)]
_STORED = ", ".join("next_group" if name == "next" else name for name in _COLUMNS)


class Imports:
    def __init__(self, recorder: GuardedRecorder) -> None:
        self._recorder = recorder

    @staticmethod
    def create_statements() -> list[str]:
        counts = "".join(f", {name} BIGINT NOT NULL" for name in _COLUMNS[4:-1])
        return [
            (
                "CREATE TABLE IF NOT EXISTS directory_imports (kind TEXT, file TEXT,"
                f" run BIGINT NOT NULL, next_group BIGINT NOT NULL{counts},"
                " finished SMALLINT NOT NULL, PRIMARY KEY (kind, file), UNIQUE (kind, run))"
            ),
            (
                "CREATE TABLE IF NOT EXISTS directory_seen (kind TEXT, stream TEXT,"
                " run BIGINT NOT NULL, PRIMARY KEY (kind, stream))"
            ),
            "CREATE INDEX IF NOT EXISTS directory_seen_run ON directory_seen (kind, run)",
            (
                "CREATE TABLE IF NOT EXISTS directory_refused (kind TEXT, file TEXT, line BIGINT,"
                " field TEXT, reason TEXT NOT NULL, PRIMARY KEY (kind, file, line, field))"
            ),
            (
                "CREATE TABLE IF NOT EXISTS directory_extract_days"
                " (kind TEXT PRIMARY KEY, day TEXT NOT NULL)"
            ),
        ]

    def find(self, kind: str, file: str) -> ImportState | None:
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT {_STORED} FROM directory_imports WHERE kind = ? AND file = ?", kind, file
            )
        return ImportState(**dict(zip(_COLUMNS, rows[0], strict=True))) if rows else None

    def latest_run(self, kind: str) -> int:
        with self._recorder.reading() as sql:
            rows = sql("SELECT MAX(run) FROM directory_imports WHERE kind = ?", kind)
        return rows[0][0] or 0

    def published(self, kind: str) -> date | None:
        """Of the file of this kind begun last, where it is known."""
        with self._recorder.reading() as sql:
            rows = sql("SELECT day FROM directory_extract_days WHERE kind = ?", kind)
        return date.fromisoformat(rows[0][0]) if rows else None

    def publish(self, kind: str, day: date) -> Step:
        def upsert(sql: Sql, _: int) -> None:
            sql(
                "INSERT INTO directory_extract_days VALUES (?, ?)"
                " ON CONFLICT (kind) DO UPDATE SET day = excluded.day",
                kind, day.isoformat(),
            )  # fmt: skip

        return upsert

    def move(self, before: ImportState | None, to: ImportState) -> Step:
        """Compare-and-set, as one of two that import the same file at once must find out."""

        def compare_and_set(sql: Sql, _: int) -> None:
            where = (to.kind, to.file)
            if before:
                gone = sql(
                    "DELETE FROM directory_imports WHERE kind = ? AND file = ? AND run = ?"
                    " AND next_group = ? AND deactivated = ? AND finished = ? RETURNING run",
                    *where, before.run, before.next, before.deactivated, int(before.finished),
                )  # fmt: skip
                if not gone:
                    raise IntegrityError("this import has moved on meanwhile")
            if before is None or before.run != to.run:
                sql("DELETE FROM directory_refused WHERE kind = ? AND file = ?", *where)
            values = [int(v) if isinstance(v, bool) else v for v in asdict(to).values()]
            kept = sql(
                f"INSERT INTO directory_imports ({_STORED})"
                f" VALUES ({', '.join('?' * len(values))}) ON CONFLICT DO NOTHING RETURNING run",
                *values,
            )
            if not kept:
                raise IntegrityError("another import of this kind has begun meanwhile")

        return compare_and_set

    def seen(self, kind: str, run: int, streams: Sequence[UUID]) -> set[UUID]:
        """Those of the streams that this run has had already."""
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT stream FROM directory_seen WHERE kind = ? AND run = ?"
                f" AND stream IN ({', '.join('?' * len(streams))})",
                kind, run, *map(str, streams),
            )  # fmt: skip
        return {UUID(stream) for (stream,) in rows}

    def see(self, kind: str, run: int, streams: Iterable[UUID]) -> Step:
        def upsert(sql: Sql, _: int) -> None:
            for stream in streams:
                sql(
                    "INSERT INTO directory_seen VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, stream) DO UPDATE SET run = excluded.run",
                    kind, str(stream), run,
                )  # fmt: skip

        return upsert

    def absent(self, kind: str, run: int, limit: int) -> list[UUID]:
        """Streams that earlier runs had and this one has not."""
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT stream FROM directory_seen WHERE kind = ? AND run < ?"
                " ORDER BY stream LIMIT ?",
                kind, run, limit,
            )  # fmt: skip
        return [UUID(stream) for (stream,) in rows]

    def absent_share(self, kind: str, run: int) -> float:
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT COUNT(*) AS known, COUNT(CASE WHEN run < ? THEN 1 END) AS absent"
                " FROM directory_seen"
                " WHERE kind = ?",
                run, kind,
            )  # fmt: skip
        known, absent = rows[0]
        return absent / known if known else 0.0

    def forget(self, kind: str, streams: Iterable[UUID]) -> Step:
        def delete(sql: Sql, _: int) -> None:
            for stream in streams:
                sql("DELETE FROM directory_seen WHERE kind = ? AND stream = ?", kind, str(stream))

        return delete

    def refuse(self, kind: str, file: str, lines: Iterable[RefusedLine]) -> Step:
        def insert(sql: Sql, _: int) -> None:
            for line in lines:
                sql(
                    "INSERT INTO directory_refused VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    kind, file, line.line, line.field, line.reason,
                )  # fmt: skip

        return insert

    def refused(
        self, kind: str, file: str, after: tuple[int, str], limit: int
    ) -> list[RefusedLine]:
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT line, field, reason FROM directory_refused WHERE kind = ? AND file = ?"
                " AND (line > ? OR (line = ? AND field > ?)) ORDER BY line, field LIMIT ?",
                kind, file, after[0], after[0], after[1], limit,
            )  # fmt: skip
        return [RefusedLine(line=line, field=field, reason=why) for line, field, why in rows]
