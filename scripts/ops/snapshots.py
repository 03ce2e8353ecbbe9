"""Services' databases, of either kind, each seen as of one moment for as long as it is looked at.

They are opened together and quickly, so that what they show is of the same moment as nearly as the
databases allow: SQLite exactly, PostgreSQL within milliseconds (see :mod:`scripts.ops.cut`).
"""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from scripts.machine.kept import NotInstalled
from shared.kernel.errors import Unavailable

PATIENCE = 2.0
"""Seconds that the files of a cut may wait for those who write to them, all in all. Whoever writes
waits meanwhile, and for longer than that (``EventStoreSettings.lock_timeout``)."""
RETRY = 0.001
Row = tuple[Any, ...]


class Busy(Exception):
    """Somebody wrote to one of the files for too long."""


class Snapshot(Protocol):
    def ask(self, statement: str) -> list[Row]: ...

    def has(self, table: str) -> bool: ...

    def head(self) -> int:
        """The last position of the log."""
        ...

    def copy(self, folder: Path) -> Path:
        """The file made: what is restored from it is what this shows."""
        ...

    def close(self) -> None: ...


class FileSnapshot:
    """A transaction that reads: ``backup()`` copies what it sees, whatever is being written."""

    def __init__(self, service: str, file: Path) -> None:
        self._service = service
        self._reading = sqlite3.connect(file, isolation_level=None)
        self._reading.execute("BEGIN")
        self.ask("SELECT 1 FROM sqlite_master")  # until something is read nothing is held

    def ask(self, statement: str) -> list[Row]:
        return self._reading.execute(statement).fetchall()

    def has(self, table: str) -> bool:
        return bool(self.ask(f"SELECT 1 FROM sqlite_master WHERE name = '{table}'"))  # noqa: S608 - our own table name

    def head(self) -> int:
        [(last,)] = self.ask("SELECT COALESCE(MAX(rowid), 0) FROM stored_events")
        return int(last)

    def copy(self, folder: Path) -> Path:
        target = folder / f"{self._service}.db"
        target.touch(mode=0o600)
        with closing(sqlite3.connect(target)) as writing:
            self._reading.backup(writing)
            writing.execute("PRAGMA journal_mode = DELETE")
        return target

    def close(self) -> None:
        self._reading.close()


class ServerSnapshot:
    """A transaction that reads, whose snapshot ``pg_dump`` takes for its own."""

    def __init__(self, service: str, dsn: str) -> None:
        self._service = service
        self._dsn = dsn
        self._connection = connect(dsn)
        self.ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._name = ""

    def begin(self) -> None:
        """Not before: that transactions and connections are made takes longest."""
        [(self._name,)] = self.ask("SELECT pg_export_snapshot()")

    def ask(self, statement: str) -> list[Row]:
        done = self._connection.execute(statement.encode())
        return done.fetchall() if done.description else []

    def has(self, table: str) -> bool:
        return self.ask(f"SELECT to_regclass('{table}')") != [(None,)]

    def head(self) -> int:
        [(last,)] = self.ask(
            f"SELECT COALESCE(MAX(notification_id), 0) FROM {self._service}_events"  # noqa: S608 - a service's name
        )
        return int(last)

    def copy(self, folder: Path) -> Path:
        target = folder / f"{self._service}.dump"
        target.touch(mode=0o600)
        options = ("--format=custom", f"--snapshot={self._name}", f"--file={target}")
        run("pg_dump", self._dsn, *options)
        return target

    def close(self) -> None:
        self._connection.close()


@contextmanager
def of_files(files: Mapping[str, Path]) -> Iterator[dict[str, Snapshot]]:
    """Of exactly one moment: nobody can commit to any of the files while they are opened. Raise
    :class:`Busy` if that cannot be had."""
    with ExitStack() as held:
        made: dict[str, Snapshot] = {}
        with ExitStack() as locks:
            until = time.monotonic() + PATIENCE
            for file in files.values():
                locks.enter_context(_still(file, until))
            for service, file in files.items():
                made[service] = held.enter_context(closing(FileSnapshot(service, file)))
        yield made


@contextmanager
def of_databases(dsns: Mapping[str, str]) -> Iterator[dict[str, Snapshot]]:
    """One after the other, in the order given: a database lends its lock to none but those who
    write to it, and this only reads."""
    with ExitStack() as held:
        opened = {s: held.enter_context(closing(ServerSnapshot(s, dsns[s]))) for s in dsns}
        for snapshot in opened.values():
            snapshot.begin()
        yield {**opened}


@contextmanager
def _still(file: Path, until: float) -> Iterator[None]:
    """Asked for again and again, as those who write to it do: SQLite's own waiting grows, and
    would hardly ever have its turn among them."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as lock:
        while not _begins(lock):
            if time.monotonic() > until:
                raise Busy(f"{file.stem} is being written to")
            time.sleep(RETRY)
        yield
        lock.rollback()


def _begins(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def connect(dsn: str) -> psycopg.Connection[Row]:
    try:
        return psycopg.connect(dsn)
    except psycopg.OperationalError as error:
        first, *_ = str(error).splitlines()
        raise Unavailable(first) from None


def run(program: str, dsn: str, *options: str) -> None:
    """Of the newest PostgreSQL on this machine. Raise :class:`Unavailable` with what it says, but
    not with what it quotes. The password goes by its environment: anybody can list its words."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    if found is None:
        raise NotInstalled(f"{program} is missing; as root run: apt-get install postgresql-client")
    parts: dict[str, Any] = conninfo_to_dict(dsn)
    password = parts.pop("password", None)
    environ = dict(os.environ) | ({"PGPASSWORD": password} if password else {})
    command = [found, *options, f"--dbname={make_conninfo(**parts)}"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ended.returncode:
        said = [line for line in ended.stderr.splitlines() if line.startswith(f"{program}: ")]
        raise Unavailable("; ".join(said) or f"{program} ended with {ended.returncode}")
