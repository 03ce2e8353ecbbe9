"""Services' databases, of either kind: their logs, snapshots of them, and copies put back."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.machine.files import private_folder
from scripts.ops.snapshots import Snapshot, connect, of_databases, of_files, run
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

SHARED_FIRST, SHARED_SIZE = 0x40000002, 510
SESSIONS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s"""


@dataclass(frozen=True)
class Databases:
    """Where the services' logs are: SQLite files, or PostgreSQL when a DSN is given."""

    data_dir: Path | None
    dsn: str | None

    def has(self, service: str) -> bool:
        """Whether there is a log of it; a database that no migration has seen has none."""
        if self.dsn:
            with connect(self.dsn.format(service=service)) as connection:
                asked = connection.execute("SELECT to_regclass(%s)", (f"{service}_events",))
                return asked.fetchone() != (None,)
        return self.data_dir is not None and (self.data_dir / f"{service}.db").exists()

    def log(self, service: str) -> EventLog:
        """To count, compare and renew: it opens nothing that is sealed, so any key will do."""
        named = type("Log", (EventLog,), {"name": service})
        settings = EventStoreSettings(data_dir=self.data_dir, postgres_dsn=self.dsn)
        made: EventLog = named(settings, LocalKeys(os.urandom(32), service), SystemClock())
        return made

    def snapshots(self, services: Sequence[str]) -> AbstractContextManager[dict[str, Snapshot]]:
        """Opened together, in this order; see :mod:`scripts.ops.snapshots`."""
        if self.dsn:
            return of_databases({service: self.dsn.format(service=service) for service in services})
        return of_files({service: self._file(service) for service in services})

    def in_use(self, services: Sequence[str]) -> Iterator[str]:
        """What a process of these services has open."""
        if self.dsn:
            for service in services:
                with connect(self.dsn.format(service=service)) as connection:
                    [(sessions,)] = connection.execute(SESSIONS, (service,))
                if sessions:
                    yield f"the database of {service}"
        elif self.data_dir:
            yield from (f.name for f in sorted(self.data_dir.glob("*.db")) if _is_open(f))

    def replace(self, files: Mapping[str, Path], note: Callable[[], object]) -> None:
        """Logs by those of a set. What is there is put aside, and not lost, once all of them were
        copied: where there is no room nothing is touched. (In PostgreSQL each database is
        replaced, whole or not at all.)"""
        if self.dsn or self.data_dir is None:
            for service, file in files.items():
                _load(str(self.dsn).format(service=service), file)
                note()
            return
        now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        made = private_folder(private_folder(self.data_dir) / f"restored-{now}")
        try:
            for service, file in files.items():
                copy = made / self._file(service).name
                copy.touch(mode=0o600)
                shutil.copyfile(file, copy)
                note()
            self._put_aside(self.data_dir / f"before-{now}")
            for copy in sorted(made.iterdir()):
                copy.rename(self.data_dir / copy.name)
        finally:
            shutil.rmtree(made)

    def _put_aside(self, folder: Path) -> None:
        """Logs and read models: what of them is there is of no use beside other logs."""
        assert self.data_dir is not None, "asked by whoever has one"  # noqa: S101 - of this class
        folder.mkdir(mode=0o700)
        for file in sorted(self.data_dir.glob("*.db*")):
            file.rename(folder / file.name)

    def _file(self, service: str) -> Path:
        assert self.data_dir is not None, "has() says where"  # noqa: S101 - of this class alone
        return self.data_dir / f"{service}.db"


def _is_open(file: Path) -> bool:
    """Whoever has a store of ours open shares a lock on these bytes of it (SQLite's file format;
    in its mode of a write-ahead log for as long as it is open)."""
    with file.open("r+b") as store:
        try:
            fcntl.lockf(store, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except BlockingIOError:
            return True
    return False


def _load(dsn: str, file: Path) -> None:
    """Whole or not at all. The tables are replaced, so run it as their owner."""
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
    run("pg_restore", dsn, *options, "--no-owner", str(file))
