"""Services' databases, of either kind: their logs, snapshots of them, and copies put back."""

import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from scripts.ops.snapshots import Snapshot, connect, of_databases, of_files, run
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings


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


def _load(dsn: str, file: Path) -> None:
    """Whole or not at all. The tables are replaced, so run it as their owner."""
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
    run("pg_restore", dsn, *options, "--no-owner", str(file))
