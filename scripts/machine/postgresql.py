"""A PostgreSQL server of our own for tests: loopback only, made in a second, thrown away.

It trades durability for speed, so nothing but tests may use it; the bench, whose figures are of
servers that lose nothing, asks for one that is ``durable``.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.machine.files import free_ports, kept_ports, kept_secret, private_folder
from scripts.machine.kept import Kept, NotInstalled

USER = "carnet"
PORTS = ("postgresql",)
SYSTEM_USER = "postgres"  # comes with the package; PostgreSQL refuses to run as root
PROGRAMS = "postgresql/*/bin"
START = 60.0  # seconds; about 1 on an idle machine
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "900",
    "shared_buffers": "64MB",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Database:
    """``home`` must be reachable by the user ``postgres`` when we are root (see `new_home`)."""

    home: Path
    durable: bool = False
    template: str = "template0"
    """The database that new ones are copied of."""

    def __post_init__(self) -> None:
        self.home = private_folder(self.home).resolve()
        self._port = kept_ports(self.home / "ports.json", PORTS)["postgresql"]
        self._password = kept_secret(self.home / "password")
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        self.process = Kept("postgresql", self.home)

    def start(self, *, detached: bool = False) -> None:
        self._port = free_ports(self.home / "ports.json", PORTS)["postgresql"]
        if not (self.home / "data").exists():
            self._create()
        chosen = SETTINGS if self.durable else {**SETTINGS, **FORGETFUL}
        settings = [f"--{name}={value}" for name, value in chosen.items()]
        self.process.start(
            [programs() / "postgres", "-D", "data", f"--port={self._port}", *settings],
            environ=self._environ(),
            user=self._user,
            stop_signal=signal.SIGINT,  # ends its sessions; SIGTERM would wait for them
            detached=detached,
        )
        self.process.wait_until(self.answers, within=START)

    def stop(self) -> None:
        self.process.stop()

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def new_database(self, name: str | None = None, template: str | None = None) -> str:
        """Its address; empty, in UTF-8, of the C locale: what we ask of an operator's too."""
        name = name or f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template or self.template)
                )
            )
        return self.dsn(name)

    def _create(self) -> None:
        if self._user:
            owner = pwd.getpwnam(self._user)
            for path in (self.home, self.home / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [
                programs() / "initdb",
                "--pgdata=data",
                f"--username={USER}",
                "--auth=scram-sha-256",
                "--pwfile=password",
                "--locale=C.UTF-8",
                "--encoding=UTF8",
                "--no-sync",
            ],
            env=self._environ(),
            cwd=self.home,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            capture_output=True,
            check=True,
        )

    def _environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def installed() -> bool:
    return any(Path("/usr/lib").glob(f"{PROGRAMS}/initdb"))


def programs() -> Path:
    """The newest version's; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib").glob(f"{PROGRAMS}/initdb"))
    if not found:
        raise NotInstalled("PostgreSQL is not installed; as root run: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def new_home() -> Iterator[Path]:
    """A folder that the user ``postgres`` can reach, which a checkout below /root is not."""
    home = Path(tempfile.mkdtemp(prefix="carnet-postgresql-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_database(*, durable: bool = False) -> Iterator[Database]:
    with new_home() as home:
        database = Database(home, durable)
        database.start()
        try:
            yield database
        finally:
            database.stop()
