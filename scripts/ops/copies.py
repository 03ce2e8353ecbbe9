"""Copies of a service's database, of either kind, taken while it serves and as of one moment."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

Took = Callable[[int], None]


@dataclass(frozen=True)
class Databases:
    """Where the services' logs are: SQLite files, or PostgreSQL when a DSN is given."""

    data_dir: Path | None
    dsn: str | None

    def has(self, service: str) -> bool:
        """Whether there is a log of it; a database that no migration has seen has none."""
        if self.dsn:
            with psycopg.connect(self.dsn.format(service=service)) as connection:
                asked = connection.execute("SELECT to_regclass(%s)", (f"{service}_events",))
                return asked.fetchone() != (None,)
        return self.data_dir is not None and (self.data_dir / f"{service}.db").exists()

    def log(self, service: str) -> EventLog:
        """To count, compare and renew: it opens nothing that is sealed, so any key will do."""
        named = type("Log", (EventLog,), {"name": service})
        settings = EventStoreSettings(data_dir=self.data_dir, postgres_dsn=self.dsn)
        made: EventLog = named(settings, LocalKeys(os.urandom(32), service), SystemClock())
        return made

    def copy(self, service: str, folder: Path) -> tuple[Path, int]:
        """The file, and the last position that it holds."""
        if self.dsn:
            return _dump(self.dsn.format(service=service), service, folder / f"{service}.dump")
        return _copy_sqlite(self._file(service), folder / f"{service}.db")

    def restore(self, service: str, file: Path) -> None:
        """In the place of what is there, which the caller has put aside."""
        if self.dsn:
            _load(self.dsn.format(service=service), file)
            return
        shutil.copyfile(file, self._file(service))
        self._file(service).chmod(0o600)

    def put_aside(self, folder: Path) -> None:
        """Logs and read models of an embedded Carnet, out of the way and not lost. (Those of
        PostgreSQL stay where they are until their restore replaces them.)"""
        if self.dsn or self.data_dir is None:
            return
        folder.mkdir(mode=0o700)
        for file in sorted(self.data_dir.glob("*.db*")):
            file.rename(folder / file.name)

    def _file(self, service: str) -> Path:
        assert self.data_dir is not None, "has() says where"  # noqa: S101 - of this class alone
        return self.data_dir / f"{service}.db"


def _copy_sqlite(source: Path, target: Path) -> tuple[Path, int]:
    """SQLite's own way, which sees one moment whatever is being written."""
    target.touch(mode=0o600)
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
        [(last,)] = writing.execute("SELECT COALESCE(MAX(rowid), 0) FROM stored_events").fetchall()
    finally:
        reading.close()
        writing.close()
    return target, int(last)


def _dump(dsn: str, service: str, target: Path) -> tuple[Path, int]:
    """The dump and the position are of the same snapshot."""
    target.touch(mode=0o600)
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [(snapshot,)] = connection.execute("SELECT pg_export_snapshot()").fetchall()
        [(last,)] = connection.execute(
            f"SELECT COALESCE(MAX(notification_id), 0) FROM {service}_events".encode()  # noqa: S608 - a service's name
        ).fetchall()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}", dsn)
    return target, int(last)


def _load(dsn: str, file: Path) -> None:
    """Whole or not at all. The tables are replaced, so run it as their owner."""
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
    _run("pg_restore", *options, "--no-owner", f"--dbname={dsn}", str(file))


def _run(program: str, *arguments: str) -> None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    if found is None:
        raise FileNotFoundError(f"{program} is not installed")
    subprocess.run([found, *arguments], check=True, capture_output=True)
