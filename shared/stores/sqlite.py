"""Event log in one SQLite file: the library's recorder with guarded append.

Its factory is named by ``PERSISTENCE_MODULE``.
"""

import fcntl
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing import sqlite as library
from eventsourcing.persistence import StoredEvent

from shared.kernel.ids import id_of
from shared.stores.group_commit import GroupCommit, Save, in_our_words, save_each
from shared.stores.guard import Row, Sql, Step, refuse_if_moved
from shared.stores.schema import Tables, shape_of_file
from shared.stores.sqlite_transactions import RETRY, Store, sql_of, writing


class GuardedSQLiteRecorder(library.SQLiteApplicationRecorder):
    bytes_type = "BLOB"

    def __init__(
        self, datastore: library.SQLiteDatastore, events_table_name: str = "stored_events"
    ) -> None:
        if not isinstance(datastore, Store):
            raise TypeError("opened without our transactions")
        super().__init__(datastore, events_table_name)
        self._pool = datastore.pool
        self._together = GroupCommit(self._save_group)

    def create_table(self) -> None:
        with one_at_a_time(self.datastore.pool.db_name):
            self.create(*self.create_table_statements)

    def create(self, *statements: str) -> None:
        with self.writing() as sql:
            Tables(self.events_table_name, statements, shape_of_file).make(sql)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        relied_on: Mapping[UUID, int] | None = None,
        steps: Sequence[Step] = (),
        **_: Any,
    ) -> Sequence[int] | None:
        return self._together.save(Save(stored_events, relied_on or {}, steps))

    def _save_group(self, group: Sequence[Save]) -> None:
        with writing(self._pool) as cursor:
            save_each(group, sql_of(cursor), lambda save: self._save(cursor, save))

    def _save(self, cursor: library.SQLiteCursor, save: Save) -> Sequence[int]:
        try:
            positions = self._insert_events(cursor, save.stored_events) or []
            refuse_if_moved(
                save.relied_on, save.stored_events, lambda ids: self._versions_of(cursor, ids)
            )
            reached = positions[-1] if positions else self._max_notification_id(cursor) or 0
            for step in save.steps:
                step(sql_of(cursor), reached)
        except sqlite3.Error as error:
            raise in_our_words(error) from error
        return positions

    def rows(self, after: int, limit: int) -> list[Row]:
        with self.reading() as sql:
            found = sql(
                f"SELECT rowid, * FROM {self.events_table_name}"  # noqa: S608 - our own table name
                " WHERE rowid > ? ORDER BY rowid LIMIT ?",
                after,
                limit,
            )
        return [Row(at, id_of(hex_), version, topic, s) for at, hex_, version, topic, s in found]

    def version_of(self, originator_id: UUID, *, at: int | None = None) -> int:
        """Version of the stream's last event (up to position ``at``); 0 if there is none."""
        with self.datastore.transaction(commit=False) as cursor:
            return self._version_of(cursor, originator_id, at)

    def versions_of(self, originator_ids: Collection[UUID]) -> tuple[dict[UUID, int], int]:
        """Versions of these streams' last events (0: absent) and the head, of one instant."""
        with self.datastore.transaction(commit=False) as cursor:
            versions = self._versions_of(cursor, originator_ids)
            return versions, self._max_notification_id(cursor) or 0

    def _versions_of(
        self, cursor: library.SQLiteCursor, originator_ids: Collection[UUID]
    ) -> dict[UUID, int]:
        return {i: self._version_of(cursor, i) for i in originator_ids}

    def position_of(self, originator_id: UUID, version: int) -> int:
        """Position in the log of one event; 0 if it is not there."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT MAX(rowid) FROM {self.events_table_name}"  # noqa: S608 - our own table name
                " WHERE originator_id = ? AND originator_version = ?",
                (originator_id.hex, version),
            )
            return cursor.fetchone()[0] or 0

    def _version_of(
        self, cursor: library.SQLiteCursor, originator_id: UUID, at: int | None = None
    ) -> int:
        cursor.execute(
            f"SELECT MAX(originator_version) FROM {self.events_table_name}"  # noqa: S608 - our own table name
            " WHERE originator_id = ? AND (? IS NULL OR rowid <= ?)",
            (originator_id.hex, at, at),
        )
        return cursor.fetchone()[0] or 0

    @contextmanager
    def writing(self, *, synced: bool = True) -> Iterator[Sql]:
        with writing(self._pool, synced=synced) as cursor:
            yield sql_of(cursor)

    @contextmanager
    def reading(self) -> Iterator[Sql]:
        with self.datastore.transaction(commit=False) as cursor:
            yield sql_of(cursor)

    @contextmanager
    def leader(self, role: str) -> Iterator["FileLeadership"]:
        """A lock on a file beside the database, freed by the system if we die."""
        with Path(f"{self.datastore.pool.db_name}.{role}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield FileLeadership(leads=False)
            else:
                yield FileLeadership(leads=True)


class FileLeadership:
    def __init__(self, *, leads: bool) -> None:
        self._leads = leads

    def held(self) -> bool:
        return self._leads


@contextmanager
def one_at_a_time(file: str) -> Iterator[None]:
    """For processes that open a new file together: turning its write-ahead log on does not wait
    for another one that does, but fails with "database is locked". Asked for again and again: who
    has it may be a green thread of this process, which must go on.
    """
    with Path(f"{file}.lock").open("w") as lock:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(RETRY)
        yield


class GuardedSQLiteFactory(library.SQLiteFactory):
    application_recorder_class = GuardedSQLiteRecorder

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.datastore = Store(
            self.datastore.pool.db_name, patience=self.datastore.pool.lock_timeout
        )
