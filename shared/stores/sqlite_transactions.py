"""Transactions on one SQLite file: one that reads, and one that writes.

Every write begins immediate, so that what it reads cannot be outrun before it commits; a deferred
one would fail at once with "database is locked".
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

from eventsourcing import sqlite as library
from eventsourcing.persistence import OperationalError

from shared.stores.beside import beside
from shared.stores.group_commit import in_our_words
from shared.stores.guard import Sql
from shared.stores.sqlite_connections import Connected, Pool

RETRY = 0.001
"""Seconds between two tries to get a lock that another process has."""


class Store(library.SQLiteDatastore):
    """One file, read and written by the library and by us through :func:`reading` and
    :func:`writing`: its own ways cost more than a statement does."""

    pool: Pool

    def __init__(self, file: str, *, patience: int | None = None, derived: bool = False) -> None:
        super().__init__(file, lock_timeout=patience)
        self.pool = Pool(self.pool, derived=derived)

    def transaction(self, *, commit: bool) -> AbstractContextManager[library.SQLiteCursor]:  # type: ignore[override]  # a generator's, in the library
        return writing(self.pool) if commit else reading(self.pool)


@contextmanager
def reading(pool: Pool) -> Iterator[library.SQLiteCursor]:
    """All that is read in it is of one instant. Raises the library's errors."""
    connection = pool.get_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            yield library.SQLiteCursor(cursor)
    except sqlite3.Error as error:
        raise in_our_words(error) from error
    finally:
        connection.rollback()
        pool.put_connection(connection)


@contextmanager
def writing(pool: Pool, *, synced: bool = True) -> Iterator[library.SQLiteCursor]:
    """Committed at its end, rolled back if anything is raised. ``synced``: its end waits for the
    disk, unless what the file holds is derived. Raises the library's errors."""
    if not pool.turn.acquire(timeout=pool.patience):
        raise OperationalError("another of this process writes for too long")
    try:
        connection = pool.get_connection()
        try:
            connection.hurry(pool.derived or not synced)
            with _begun(connection, pool.patience) as cursor:
                yield library.SQLiteCursor(cursor)
            if connection.is_hasty:
                connection.commit()
            else:
                beside(connection.commit)
        except sqlite3.Error as error:
            raise in_our_words(error) from error
        finally:
            connection.rollback()  # of what is committed nothing
            pool.put_connection(connection)
    finally:
        pool.turn.release()


@contextmanager
def immediate(store: Store) -> Iterator[Sql]:
    """A transaction that writes."""
    with writing(store.pool) as cursor:
        yield sql_of(cursor)


def sql_of(cursor: library.SQLiteCursor) -> Sql:
    def run(statement: str, *params: object) -> list[tuple[Any, ...]]:
        cursor.execute(statement, [str(p) if isinstance(p, UUID) else p for p in params])
        return [tuple(row) for row in cursor.fetchall()]

    return run


def _begun(connection: Connected, patience: int) -> library.SQLiteCursor:
    """Begun once no other process writes: asked for again and again, since all green threads of
    this one would wait within SQLite.
    """
    cursor = connection.cursor()
    until = time.monotonic() + patience
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while not _begins(cursor, until):
            time.sleep(RETRY)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={1000 * patience}")
    return cursor


def _begins(cursor: library.SQLiteCursor, until: float) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        primary = error.sqlite_errorcode & 0xFF
        if primary == sqlite3.SQLITE_BUSY and time.monotonic() < until:
            return False
        raise
    return True
