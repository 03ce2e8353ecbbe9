"""Where a service stands: its epochs, what it has followed, published and parked.

All beside its log, in the same database, so that they move in the transaction of the effect.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel.clock import instant, parse_instant
from shared.stores.guard import GuardedRecorder, Sql, Step
from shared.stores.outcome import Followed, Link, PositionMoved

# ruff: noqa: S608 - the table names are made of the service's name, which settings.py has checked


@dataclass(frozen=True)
class EpochStart:
    """``epoch`` holds for every position above ``after``, up to the next start."""

    after: int
    epoch: str


@dataclass(frozen=True)
class Published:
    """How far a relay has come. ``last``: the last position that was really a message."""

    position: int
    last: int


@dataclass(frozen=True)
class Moved:
    """A relay's stream (its messages, or its leaves) was published up to ``reached``."""

    stream: str
    before: Published
    reached: Published


@dataclass(frozen=True)
class Logged:
    """A signed checkpoint covers this service's events up to ``position`` of ``epoch``."""

    epoch: str
    position: int


@dataclass(frozen=True, kw_only=True)
class SeenCheckpoint:
    """A checkpoint of the transparency log as this service heard of it: the signed note, byte for
    byte, and the key that signed it."""

    size: int
    note: str
    vkey: str


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that could not be handled, or waits behind one of the same record.

    ``held_by``: its record, or its stream if it has none; later messages of the same wait too.
    ``envelope``: its wire form, data still sealed. ``error``: a code and a sentence that name
    no person and no content.
    """

    publisher: str
    position: int
    held_by: UUID
    envelope: str
    error: str
    parked_at: datetime


class Places:
    def __init__(self, recorder: GuardedRecorder, service: str) -> None:
        self._recorder = recorder
        self._epochs = f"{service}_epochs"
        self._followed = f"{service}_followed"
        self._published = f"{service}_published"
        self._parked = f"{service}_parked"
        self._logged = f"{service}_logged"
        self._checkpoints = f"{service}_checkpoints"

    def create_statements(self) -> list[str]:
        return [
            (
                f"CREATE TABLE IF NOT EXISTS {self._epochs}"
                " (began_after BIGINT PRIMARY KEY, epoch TEXT NOT NULL)"
            ),
            (
                f"CREATE TABLE IF NOT EXISTS {self._followed} (publisher TEXT PRIMARY KEY,"
                " epoch TEXT NOT NULL, position BIGINT NOT NULL, digest TEXT NOT NULL)"
            ),
            (
                f"CREATE TABLE IF NOT EXISTS {self._published} (stream TEXT PRIMARY KEY,"
                " position BIGINT NOT NULL, last BIGINT NOT NULL)"
            ),
            (
                f"CREATE TABLE IF NOT EXISTS {self._logged} (id BIGINT PRIMARY KEY,"
                " epoch TEXT NOT NULL, position BIGINT NOT NULL)"
            ),
            (
                f"CREATE TABLE IF NOT EXISTS {self._checkpoints} (size BIGINT PRIMARY KEY,"
                " note TEXT NOT NULL, vkey TEXT NOT NULL)"
            ),
            (
                f"CREATE TABLE IF NOT EXISTS {self._parked} (publisher TEXT, position BIGINT,"
                " held_by TEXT NOT NULL, envelope TEXT NOT NULL, error TEXT NOT NULL,"
                " parked_at TEXT NOT NULL, PRIMARY KEY (publisher, position))"
            ),
            f"CREATE INDEX IF NOT EXISTS {self._parked}_held_by ON {self._parked} (held_by)",
        ]

    def begin(self) -> None:
        """Give a new log its first epoch. Of one that has begun nothing is written: a backup
        may not."""
        if self.epochs():
            return
        with self._recorder.writing() as sql:
            sql(
                f"INSERT INTO {self._epochs} VALUES (0, ?) ON CONFLICT DO NOTHING",
                uuid.uuid4().hex,
            )

    def renew_epoch(self, head: int) -> str:
        """After a restore or promotion that may have lost commits: what follows is another log.

        ``head``: the last position that is still there. Followers that were beyond it find
        that their link no longer matches, and stop.
        """
        epoch = uuid.uuid4().hex
        with self._recorder.writing() as sql:
            sql(f"DELETE FROM {self._epochs} WHERE began_after >= ?", head)
            sql(f"INSERT INTO {self._epochs} VALUES (?, ?)", head, epoch)
        return epoch

    def epochs(self) -> list[EpochStart]:
        """Oldest first; there is always one once the log has begun."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT began_after, epoch FROM {self._epochs} ORDER BY began_after")
        return [EpochStart(after, epoch) for after, epoch in rows]

    def followed(self, publisher: str) -> Link | None:
        """The last message of that publisher applied here."""
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT epoch, position, digest FROM {self._followed} WHERE publisher = ?",
                publisher,
            )
        return Link(*rows[0]) if rows else None

    def follow(self, move: Followed) -> Step:
        """Compare-and-set: only the follower that stands at ``previous`` moves."""
        reached = (move.reached.epoch, move.reached.position, move.reached.digest)

        def compare_and_set(sql: Sql, _: int) -> None:
            if move.previous is None:
                moved = sql(
                    f"INSERT INTO {self._followed} VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING RETURNING position",
                    move.publisher, *reached,
                )  # fmt: skip
            else:
                before = (move.previous.epoch, move.previous.position, move.previous.digest)
                moved = sql(
                    f"UPDATE {self._followed} SET epoch = ?, position = ?, digest = ?"
                    " WHERE publisher = ? AND epoch = ? AND position = ? AND digest = ?"
                    " RETURNING position",
                    *reached, move.publisher, *before,
                )  # fmt: skip
            if not moved:
                raise PositionMoved(f"{move.publisher} was followed past {move.previous}")

        return compare_and_set

    def move(self, move: Followed) -> None:
        """The same, where the message did nothing: a position that is lost with the machine is
        found again by doing nothing once more, so nobody waits for the disk."""
        with self._recorder.writing(synced=False) as sql:
            self.follow(move)(sql, 0)

    def published(self, stream: str) -> Published:
        """How far a relay's stream (its messages, or its leaves) has come."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT position, last FROM {self._published} WHERE stream = ?", stream)
        return Published(*rows[0]) if rows else Published(0, 0)

    def publish(self, *moves: Moved) -> None:
        """All of them or none; one lost with the machine is published again, and dropped by who
        has it. Raise :class:`PositionMoved` if another relay has moved on from where one begins."""
        with self._recorder.writing(synced=False) as sql:
            for move in moves:
                self._publish(sql, move)

    def _publish(self, sql: Sql, move: Moved) -> None:
        reached = (move.reached.position, move.reached.last)
        if move.before.position:
            moved = sql(
                f"UPDATE {self._published} SET position = ?, last = ?"
                " WHERE stream = ? AND position = ? RETURNING position",
                *reached, move.stream, move.before.position,
            )  # fmt: skip
        else:
            moved = sql(
                f"INSERT INTO {self._published} VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE"
                " SET position = excluded.position, last = excluded.last"
                f" WHERE {self._published}.position = 0 RETURNING position",
                move.stream, *reached,
            )  # fmt: skip
        if not moved:
            raise PositionMoved(f"{move.stream} was published past {move.before.position}")

    def logged(self) -> Logged:
        """How far the transparency log holds this service's events, as far as was heard."""
        with self._recorder.reading() as sql:
            rows = sql(f"SELECT epoch, position FROM {self._logged}")
        return Logged(*rows[0]) if rows else Logged("", 0)

    def seen_checkpoint(self) -> SeenCheckpoint | None:
        """The largest one kept."""
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT size, note, vkey FROM {self._checkpoints} ORDER BY size DESC LIMIT 1"
            )
        return SeenCheckpoint(size=rows[0][0], note=rows[0][1], vkey=rows[0][2]) if rows else None

    def keep_checkpoint(
        self, seen: SeenCheckpoint, instead_of: int | None, covered: Logged | None
    ) -> None:
        """``instead_of``: size of the one that it was proven to continue; others stay."""
        with self._recorder.writing() as sql:
            if instead_of is not None:
                sql(f"DELETE FROM {self._checkpoints} WHERE size = ?", instead_of)
            sql(
                f"INSERT INTO {self._checkpoints} VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                seen.size, seen.note, seen.vkey,
            )  # fmt: skip
            if covered:
                self._note_logged(sql, covered)

    def drop_checkpoints(self) -> Step:
        """Forget what was seen of the transparency log, and how far it was."""

        def delete(sql: Sql, _: int) -> None:
            sql(f"DELETE FROM {self._checkpoints}")
            sql(f"DELETE FROM {self._logged}")

        return delete

    def note_logged(self, logged: Logged) -> None:
        with self._recorder.writing() as sql:
            self._note_logged(sql, logged)

    def _note_logged(self, sql: Sql, logged: Logged) -> None:
        sql(
            f"INSERT INTO {self._logged} VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET epoch = excluded.epoch, position = excluded.position",
            logged.epoch, logged.position,
        )  # fmt: skip

    def park(self, item: Parked) -> Step:
        def insert(sql: Sql, _: int) -> None:
            sql(
                f"INSERT INTO {self._parked} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                item.publisher, item.position, str(item.held_by),
                item.envelope, item.error, instant(item.parked_at),
            )  # fmt: skip

        return insert

    def unpark(self, publisher: str, position: int) -> Step:
        """Raise :class:`PositionMoved` if it is not parked any more: another has done it."""

        def delete(sql: Sql, _: int) -> None:
            gone = sql(
                f"DELETE FROM {self._parked} WHERE publisher = ? AND position = ?"
                " RETURNING position",
                publisher, position,
            )  # fmt: skip
            if not gone:
                raise PositionMoved(f"{publisher} {position} is not parked any more")

        return delete

    def held(self) -> set[UUID]:
        """Records and streams about which something waits to be applied here: few, mostly none."""
        with self._recorder.reading() as sql:
            return {UUID(row[0]) for row in sql(f"SELECT DISTINCT held_by FROM {self._parked}")}

    def is_parked(self, held_by: UUID) -> bool:
        """Whether something about this record (or stream) still waits to be applied here."""
        with self._recorder.reading() as sql:
            return bool(
                sql(f"SELECT 1 FROM {self._parked} WHERE held_by = ? LIMIT 1", str(held_by))
            )

    def parked(self, publisher: str, limit: int = 100, after: int = 0) -> list[Parked]:
        """What waits from that publisher above a position, in order."""
        with self._recorder.reading() as sql:
            rows = sql(
                "SELECT publisher, position, held_by, envelope, error, parked_at"
                f" FROM {self._parked} WHERE publisher = ? AND position > ?"
                " ORDER BY position LIMIT ?",
                publisher, after, limit,
            )  # fmt: skip
        return [
            Parked(
                publisher=publisher,
                position=position,
                held_by=UUID(held_by),
                envelope=envelope,
                error=error,
                parked_at=parse_instant(parked_at),
            )
            for publisher, position, held_by, envelope, error, parked_at in rows
        ]
