"""Where a service's event log is kept, in the words of the ``eventsourcing`` library."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError

LIBRARY_NAMES = {
    "dbname": "POSTGRES_DBNAME",
    "host": "POSTGRES_HOST",
    "port": "POSTGRES_PORT",
    "user": "POSTGRES_USER",
    "password": "POSTGRES_PASSWORD",
}


@dataclass(frozen=True, kw_only=True)
class EventStoreSettings:
    """A folder of SQLite files, or PostgreSQL; the second wins when both are given."""

    data_dir: Path | None = None
    postgres_dsn: str | None = field(default=None, repr=False)
    """``{service}`` stands for the service's database."""
    pool_size: int = 5
    """PostgreSQL connections of each process, at most: as many as it uses at the same moment."""
    lock_timeout: int = 5
    """Seconds a save waits for its turn before it is refused as ``unavailable``."""

    @classmethod
    def of(cls, common: CommonSettings) -> "EventStoreSettings":
        return cls(data_dir=common.data_dir, postgres_dsn=common.postgres_dsn)

    def environment(self, service: str) -> dict[str, str]:
        """Variables for the library; ``PERSISTENCE_MODULE`` names our recorders."""
        if not re.fullmatch(r"[a-z][a-z_]*", service):
            raise ValueError(f"{service!r} cannot name a database")
        if self.postgres_dsn:
            return self._postgres(self.postgres_dsn.format(service=service))
        if not self.data_dir:
            raise SettingsError("CARNET_DATA_DIR or CARNET_POSTGRES_DSN must be set")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        return {
            "PERSISTENCE_MODULE": "shared.stores.sqlite",
            "SQLITE_DBNAME": str(self.data_dir / f"{service}.db"),
            "SQLITE_LOCK_TIMEOUT": str(self.lock_timeout),
        }

    def _postgres(self, conninfo: str) -> dict[str, str]:
        # Here: 8 MB where SQLite serves.
        from psycopg import ProgrammingError  # noqa: PLC0415 - as above
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - as above

        try:
            dsn = conninfo_to_dict(conninfo)
        except ProgrammingError:  # it quotes what it did not understand: a password, mostly
            sentence = "CARNET_POSTGRES_DSN is no address; percent-encode what is not a letter"
            raise SettingsError(sentence) from None
        named = {LIBRARY_NAMES[k]: str(v) for k, v in dsn.items() if k in LIBRARY_NAMES}
        rest = {k: str(v) for k, v in dsn.items() if k not in LIBRARY_NAMES}
        return {
            "PERSISTENCE_MODULE": "shared.stores.postgres",
            "POSTGRES_HOST": "",
            "POSTGRES_USER": "",
            "POSTGRES_PASSWORD": "",
            **named,
            "POSTGRES_CONNECTION_PARAMETERS": json.dumps(rest),
            "POSTGRES_CONNECT_TIMEOUT": str(self.lock_timeout),
            "POSTGRES_LOCK_TIMEOUT": str(self.lock_timeout),
            "POSTGRES_POOL_SIZE": "1",
            "POSTGRES_MAX_OVERFLOW": str(self.pool_size - 1),
            "POSTGRES_PRE_PING": "y",
        }
