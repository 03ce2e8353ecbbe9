"""Connections to one SQLite file, kept for whoever reads or writes next."""

import sqlite3
from collections import deque
from threading import Lock

from eventsourcing import sqlite as library
from eventsourcing.persistence import ConnectionPoolClosedError

from shared.stores.group_commit import in_our_words

STATEMENTS = 128
"""Prepared statements kept by each connection; the library keeps one."""


class Connected(library.SQLiteConnection):
    """``is_hasty``: what it commits does not wait for the disk."""

    is_hasty = False

    def hurry(self, hasty: bool) -> None:
        """From the next transaction on."""
        if hasty is not self.is_hasty:
            self._sqlite_conn.execute(f"PRAGMA synchronous={'NORMAL' if hasty else 'FULL'}")
            self.is_hasty = hasty


class Pool(library.SQLiteConnectionPool):
    """Connections that keep their prepared statements. Nobody waits for one: who writes has waited
    for :attr:`turn`, and who reads is held up by nobody. So there are as many as are used at the
    same time, and the locks and counts of the library's pool, which cost more than a read, are not
    asked.

    ``derived``: what the file holds is built from logs, and knows how far it has come. It is not
    synced at every commit then: a machine that loses its power may lose the last of them, whole,
    and they are built again.
    """

    def __init__(self, former: library.SQLiteConnectionPool, *, derived: bool = False) -> None:
        super().__init__(
            db_name=former.db_name,
            lock_timeout=former.lock_timeout,
            pool_size=former.pool_size,
        )
        self.derived = derived
        self.patience = former.lock_timeout or library.SQLITE3_DEFAULT_LOCK_TIMEOUT
        self.turn = Lock()
        """Of those in this process who write: they wait for each other here, where green threads
        can, and not within SQLite, where a green thread stops its whole process."""
        self._idle: deque[Connected] = deque()

    def get_connection(
        self,
        timeout: float | None = None,  # noqa: ARG002 - the library's signature
        *,
        is_writer: bool | None = None,  # noqa: ARG002 - idem
    ) -> Connected:
        if self._closed:
            raise ConnectionPoolClosedError
        try:
            return self._idle.pop()
        except IndexError:
            return self._create_connection()

    def put_connection(self, conn: Connected) -> None:  # type: ignore[override]  # what it gave
        if len(self._idle) >= self.pool_size:
            conn.close()
            return
        self._idle.append(conn)
        if self._closed:  # meanwhile: whoever closed may not have seen it
            self._close_idle()

    def close(self) -> None:
        """What is used is closed when it is put back."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        while True:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def _create_connection(self) -> Connected:
        """Raises the library's errors: a process without files left is no mistake of a message."""
        try:
            return Connected(self._connect(), self.max_age)
        except sqlite3.Error as error:
            raise in_our_words(error) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.db_name,
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            cached_statements=STATEMENTS,
            timeout=self.patience,
        )
        try:
            connection.row_factory = sqlite3.Row
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection
