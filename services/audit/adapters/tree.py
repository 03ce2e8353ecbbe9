"""The state of the transparency log, in tables beside audit's own events.

Kept small: the right edge of the tree, how far each service was followed, and which stretch of
positions went where. Everything else is in the published files.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.audit.domain.batch import Batch, Place, Run, fresh_leaves, runs_of
from services.audit.domain.growth import Edge, FullTile
from services.audit.domain.tiles import WIDTH
from shared.stores.guard import GuardedRecorder, Sql

TABLES = (
    "CREATE TABLE IF NOT EXISTS audit_tree (id BIGINT PRIMARY KEY, size BIGINT NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS audit_edge (level BIGINT, position BIGINT,"
        " hash TEXT NOT NULL, PRIMARY KEY (level, position))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS audit_sources (service TEXT PRIMARY KEY,"
        " epoch TEXT NOT NULL, position BIGINT NOT NULL)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS audit_newest (service TEXT PRIMARY KEY,"
        " epoch TEXT NOT NULL, position BIGINT NOT NULL, digest TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS audit_runs (first_index BIGINT PRIMARY KEY,"
        " service TEXT NOT NULL, epoch TEXT NOT NULL, first_position BIGINT NOT NULL,"
        " last_position BIGINT NOT NULL)"
    ),
    (
        "CREATE INDEX IF NOT EXISTS audit_runs_of_epoch"
        " ON audit_runs (service, epoch, first_position)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS audit_signed (id BIGINT PRIMARY KEY, size BIGINT NOT NULL,"
        " note TEXT NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS audit_told (size BIGINT PRIMARY KEY)",
)
_TOLD = 8
"""Sizes of trees told of that are remembered: a message proves that it continues each."""
_LEVELS = 8
"""Of tiles: 256 to the eighth leaves are more than there will be."""


@dataclass(frozen=True)
class Measured:
    """How far each service's events were in the tree when it had, at most, this size."""

    size: int
    places: Mapping[str, Place]


class SqlTree:
    """Every method is one transaction of audit's own database."""

    def __init__(self, recorder: GuardedRecorder) -> None:
        self._recorder = recorder
        recorder.create(*TABLES)

    def append(self, batch: Batch) -> int:
        """Add what is new in a batch; return how many leaves that was.

        Raise ``Hole`` or ``OtherEpoch`` (nothing is written) if it does not continue what the
        log holds of that service. Nobody waits for the disk: leaves lost with the machine are
        asked for again, and nothing is made public of them before :meth:`settle`.
        """
        with self._recorder.writing(synced=False) as sql:
            size = _locked_size(sql)
            leaves = fresh_leaves(batch, _place(sql, batch.service))
            for index, (_, digest) in enumerate(leaves, size):
                sql("INSERT INTO audit_edge VALUES (0, ?, ?)", index, digest.hex())
            for run in runs_of(batch, leaves, size):
                _extend(sql, run)
            _set_size(sql, size + len(leaves))
            _move(sql, batch)
            if leaves:
                _keep_newest(sql, batch, *leaves[-1])
        return len(leaves)

    def begin_epoch(self, service: str, known: Place, epoch: str, after: int) -> None:
        """Continue a log that was restored: ``after`` is the last position of the old epoch
        that it still holds. What came later stays in the tree, as evidence.
        """
        with self._recorder.writing() as sql:
            sql(
                "UPDATE audit_sources SET epoch = ?, position = ?"
                " WHERE service = ? AND epoch = ? AND position = ?",
                epoch, after, service, known.epoch, known.position,
            )  # fmt: skip

    def place(self, service: str) -> Place | None:
        """How far that service's events are in the log; None before the first."""
        with self._recorder.reading() as sql:
            return _place(sql, service)

    def places(self) -> dict[str, Place]:
        """With the digest of the newest event of each, unless the place is another one."""
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT service, epoch, position, digest FROM audit_sources"
                " LEFT JOIN audit_newest USING (service, epoch, position) ORDER BY service"
            )
        return {service: Place(*place) for service, *place in rows}

    def measured(self) -> Measured:
        """The size is read last: what came meanwhile makes it larger, never too small."""
        places = self.places()
        return Measured(self.size(), places)

    def size(self) -> int:
        with self._recorder.reading() as sql:
            rows = sql("SELECT size FROM audit_tree WHERE id = 1")
        return int(rows[0][0]) if rows else 0

    def epochs(self, service: str) -> set[str]:
        """Those that events of a service were logged in."""
        with self._recorder.reading() as sql:
            return {*_epochs(sql, service)}

    def run_of(self, service: str, position: int) -> Run | None:
        return find_run(self._recorder.reading, service, position)

    def runs(self) -> Iterator[Run]:
        """Every run, in the order of the log."""
        return read_runs(self._recorder.reading)

    def oldest_full(self) -> FullTile | None:
        with self._recorder.reading() as sql:
            for level in reversed(range(_LEVELS)):
                first, content = _level(sql, level, WIDTH)
                if len(content) == WIDTH:
                    return FullTile(level, first // WIDTH, content)
        return None

    def carry(self, tile: FullTile, tile_root: bytes) -> None:
        first = tile.index * WIDTH
        with self._recorder.writing() as sql:
            deleted = sql(
                "DELETE FROM audit_edge WHERE level = ? AND position >= ? AND position < ?"
                " RETURNING position",
                tile.level, first, first + WIDTH,
            )  # fmt: skip
            if deleted:  # else another process carried it before us
                sql(
                    "INSERT INTO audit_edge VALUES (?, ?, ?)",
                    tile.level + 1, tile.index, tile_root.hex(),
                )  # fmt: skip

    def edge(self) -> Edge:
        """At most a tile and a bit of level 0 is read: the rest waits until it is carried."""
        with self._recorder.reading() as sql:
            found = [_level(sql, level, WIDTH) for level in range(_LEVELS)]
        ends = (
            ((first + len(hashes)) << 8 * n) for n, (first, hashes) in enumerate(found) if hashes
        )
        return Edge(size=next(ends, 0), levels=[hashes for _, hashes in found])

    def settle(self) -> None:
        """A write that is synced, and with it all that was written before."""
        with self._recorder.writing() as sql:
            _locked_size(sql)

    def signed(self) -> str | None:
        with self._recorder.reading() as sql:
            rows = sql("SELECT note FROM audit_signed WHERE id = 1")
        return rows[0][0] if rows else None

    def keep_signed(self, size: int, note: str) -> None:
        with self._recorder.writing() as sql:
            sql(
                "INSERT INTO audit_signed VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET size = excluded.size, note = excluded.note"
                " WHERE audit_signed.size <= excluded.size",
                size, note,
            )  # fmt: skip

    def told(self) -> list[int]:
        """Sizes of the trees that others were told of last."""
        with self._recorder.reading() as sql:
            return [size for (size,) in sql("SELECT size FROM audit_told ORDER BY size")]

    def note_told(self, size: int) -> None:
        with self._recorder.writing() as sql:
            sql("INSERT INTO audit_told VALUES (?) ON CONFLICT DO NOTHING", size)
            sql(
                "DELETE FROM audit_told WHERE size NOT IN"
                " (SELECT size FROM audit_told ORDER BY size DESC LIMIT ?)",
                _TOLD,
            )


Reading = Callable[[], AbstractContextManager[Sql]]
"""A short read of any database that has these tables."""


def find_run(reading: Reading, service: str, position: int) -> Run | None:
    """Where an event is in the log. Of two epochs that used a position: the later one. Of each, the
    run that begins last before it alone may hold it: none before that is read."""
    with reading() as sql:
        found = [
            _run(row)
            for epoch in _epochs(sql, service)
            for row in sql(
                f"SELECT {_RUN} FROM audit_runs WHERE service = ? AND epoch = ?"  # noqa: S608 - our own column names
                " AND first_position <= ? ORDER BY first_position DESC LIMIT 1",
                service, epoch, position,
            )
        ]  # fmt: skip
    holding = [run for run in found if run.last_position >= position]
    return max(holding, key=lambda run: run.first_index, default=None)


def read_runs(reading: Reading) -> Iterator[Run]:
    """Every run, in the order of the log, a page at a time."""
    after = -1
    while True:
        with reading() as sql:
            rows = sql(
                f"SELECT {_RUN} FROM audit_runs WHERE first_index > ?"  # noqa: S608 - our own column names
                " ORDER BY first_index LIMIT 1000",
                after,
            )
        if not rows:
            return
        yield from map(_run, rows)
        after = rows[-1][0]


_RUN = "first_index, service, epoch, first_position, last_position"


def _run(row: tuple[int, str, str, int, int]) -> Run:
    index, service, epoch, first, last = row
    return Run(
        first_index=index, service=service, epoch=epoch, first_position=first, last_position=last
    )


def _epochs(sql: Sql, service: str) -> list[str]:
    """One after the other from the index: there are few, and ``DISTINCT`` would read every run."""
    rows = sql(
        "WITH RECURSIVE seen(epoch) AS ("
        " SELECT MIN(epoch) FROM audit_runs WHERE service = ? UNION ALL"
        " SELECT (SELECT MIN(epoch) FROM audit_runs WHERE service = ? AND epoch > seen.epoch)"
        " FROM seen WHERE epoch IS NOT NULL)"
        " SELECT epoch FROM seen WHERE epoch IS NOT NULL",
        service, service,
    )  # fmt: skip
    return [epoch for (epoch,) in rows]


def _place(sql: Sql, service: str) -> Place | None:
    rows = sql("SELECT epoch, position FROM audit_sources WHERE service = ?", service)
    return Place(*rows[0]) if rows else None


def _locked_size(sql: Sql) -> int:
    """Holds the row to the end of the transaction: appends follow one another."""
    sql("INSERT INTO audit_tree VALUES (1, 0) ON CONFLICT DO NOTHING")
    return int(sql("UPDATE audit_tree SET size = size WHERE id = 1 RETURNING size")[0][0])


def _set_size(sql: Sql, size: int) -> None:
    sql("UPDATE audit_tree SET size = ? WHERE id = 1", size)


def _move(sql: Sql, batch: Batch) -> None:
    sql(
        "INSERT INTO audit_sources VALUES (?, ?, ?) ON CONFLICT (service) DO UPDATE"
        " SET position = excluded.position WHERE audit_sources.position < excluded.position",
        batch.service, batch.epoch, batch.to,
    )  # fmt: skip


def _keep_newest(sql: Sql, batch: Batch, position: int, digest: bytes) -> None:
    sql(
        "INSERT INTO audit_newest VALUES (?, ?, ?, ?) ON CONFLICT (service) DO UPDATE SET"
        " epoch = excluded.epoch, position = excluded.position, digest = excluded.digest",
        batch.service, batch.epoch, position, digest.hex(),
    )  # fmt: skip


def _extend(sql: Sql, run: Run) -> None:
    """Lengthen the last run if this one continues it: a quiet log needs one row, not thousands."""
    extended = sql(
        "UPDATE audit_runs SET last_position = ? WHERE service = ? AND epoch = ?"
        " AND last_position = ? AND first_index = (SELECT MAX(first_index) FROM audit_runs)"
        " RETURNING first_index",
        run.last_position, run.service, run.epoch, run.first_position - 1,
    )  # fmt: skip
    if not extended:
        sql(
            "INSERT INTO audit_runs VALUES (?, ?, ?, ?, ?)",
            run.first_index, run.service, run.epoch, run.first_position, run.last_position,
        )  # fmt: skip


def _level(sql: Sql, level: int, limit: int) -> tuple[int, list[bytes]]:
    """The first position that a level still holds, and its hashes from there."""
    rows = sql(
        "SELECT position, hash FROM audit_edge WHERE level = ? ORDER BY position LIMIT ?",
        level, limit,
    )  # fmt: skip
    return (rows[0][0], [bytes.fromhex(row[1]) for row in rows]) if rows else (0, [])
