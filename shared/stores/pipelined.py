"""A transaction on PostgreSQL whose statements are sent without waiting for the answers of those
before, so that a save costs the round trips whose answers it needs, not one per statement.

Nothing is less certain by that: the server does what is sent in its order, and skips all that
follows a failure; the failure is raised when an answer is looked at, or else before the
transaction is over. It is over only once the server has said that it committed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, overload

import psycopg
from psycopg.rows import DictRow
from psycopg.sql import Composed

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]


class Pipelined:
    """The statements of one transaction. Errors are psycopg's."""

    def __init__(self, connection: Connection, pipeline: psycopg.Pipeline) -> None:
        self._connection = connection
        self._pipeline = pipeline
        self._waited_for = 0
        self._sent = 0
        self.has_failed = False

    def send(self, statement: bytes | Composed, *params: object) -> Cursor:
        """Its answer is there after :meth:`settle`."""
        self._sent += 1
        prepare = False if self.has_failed else None
        return self._connection.cursor().execute(statement, params or None, prepare=prepare)

    def sql(self, statement: str, *params: object) -> "Answer":
        """A :class:`~shared.stores.guard.Sql`."""
        return Answer(self, self.send(in_psycopgs_words(statement), *params))

    def settle(self) -> None:
        """Wait for all answers; raise the first failure."""
        if self._waited_for < self._sent:
            self._waited_for = self._sent
            self._pipeline.sync()

    def end(self) -> None:
        """All was answered with the commit: rows can still be looked at."""
        self._waited_for = self._sent

    def recover(self) -> None:
        """After a failure, which is known: let the server listen to what follows.

        psycopg takes for prepared what the server skipped. So nothing prepared is used in the rest
        of the transaction, and its connection by nobody after it.
        """
        self.has_failed = True
        with suppress(psycopg.Error):
            self._pipeline.sync()


class Answer(Sequence[tuple[Any, ...]]):
    """The rows of a statement that was sent. Whoever looks at them waits for them, and for them
    alone: a ``cached_property`` would hold a lock of all answers meanwhile, while one of them may
    wait in the database for what another one's transaction has locked.
    """

    def __init__(self, statements: Pipelined, cursor: Cursor) -> None:
        self._statements = statements
        self._cursor = cursor
        self._known: list[tuple[Any, ...]] | None = None

    @property
    def _rows(self) -> list[tuple[Any, ...]]:
        if self._known is None:
            self._statements.settle()
            self._known = rows_of(self._cursor)
        return self._known

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._rows[index]


@contextmanager
def pipelined(connection: Connection) -> Iterator[Pipelined]:
    """A transaction; ``connection`` is of a pool, which rolls back what an error left open, and
    takes a new one for one that was closed.
    """
    with connection.pipeline() as pipeline:
        statements = Pipelined(connection, pipeline)
        statements.send(b"BEGIN")
        yield statements
        ended = statements.send(b"COMMIT")
    statements.end()
    if ended.statusmessage != "COMMIT":
        raise psycopg.OperationalError(f"the transaction ended with {ended.statusmessage}")
    if statements.has_failed:
        connection.close()


def rows_of(cursor: Cursor) -> list[tuple[Any, ...]]:
    if cursor.description is None:
        return []
    return [tuple(row.values()) for row in cursor.fetchall()]


@lru_cache(maxsize=1024)
def in_psycopgs_words(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()
