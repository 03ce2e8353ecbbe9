"""All of Carnet on PostgreSQL, where everything between its parts can be made to fail."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

from scripts.cli.processes import SERVICES
from scripts.machine.kept import Kept
from scripts.machine.postgresql import Database, new_home
from tests.support.deadline import eventually
from tests.trust.messages import Messages
from tests.trust.own_clocks import OwnClocks
from tests.trust.proxy import Address, Proxy, proxied

BACK = 120.0
"""Seconds for a part to serve again after what was done to it."""
DISK = "700m"
"""The database's disk, where one can be made: small enough to be filled."""
SETTINGS = {"CARNET_INS_STRICT_KEYS": "", "CARNET_CATALOGUE_SWEEP_SECONDS": "1"}


@dataclass
class Faulty:
    """``database``: ``None`` where the logs are SQLite files; ``proxies``: by the name of the
    server behind; ``disk``: of the database, if it can be filled; ``messages``: what passes through
    the broker."""

    deployment: OwnClocks
    database: Database | None
    proxies: Mapping[str, Proxy]
    disk: Path | None
    messages: Messages

    @property
    def parts(self) -> dict[str, Kept]:
        own = {"database": self.database.process} if self.database else {}
        return {**self.deployment.parts, **own}

    def kill(self, name: str) -> None:
        if name == "broker":
            self.deployment.broker.crash()
        else:
            self.parts[name].kill(within=60.0)

    def start(self, name: str) -> None:
        servers = {
            "broker": self.deployment.broker.start,
            "object store": self.deployment.objects.start,
            **({"database": self.database.start} if self.database else {}),
        }
        servers.get(name, lambda: self.deployment.launch(name))()

    def pause(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def skew(self, name: str, seconds: float) -> None:
        """Its clock goes before or after everybody else's."""
        clock = self.deployment.clock_of(name)
        common = self.deployment.place.home / "clock"
        shift = float(common.read_text()) if common.exists() else 0.0
        new = clock.with_suffix(".new")
        new.write_text(str(shift + seconds))
        new.replace(clock)

    def set_right(self, name: str) -> None:
        new = self.deployment.clock_of(name).with_suffix(".new")
        new.symlink_to("clock")
        new.replace(self.deployment.clock_of(name))

    def fill_disk(self) -> None:
        """Not a byte is left to the database."""
        assert self.disk
        with (self.disk / "ballast").open("wb") as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(1 << 20))
                ballast.flush()

    def empty_disk(self) -> None:
        assert self.disk
        (self.disk / "ballast").unlink(missing_ok=True)

    def serves_again(self) -> None:
        """Every part that died is started, and every process says that it is ready."""
        for name, part in self.parts.items():
            if not part.running():
                self.start(name)
        for process in self.deployment.processes:
            eventually(partial(self._is_ready, process), within=BACK, every=0.1)

    def _is_ready(self, process: str) -> bool:
        """Else what it says is wrong."""
        try:
            status, said = self.says(process)
        except urllib3.exceptions.HTTPError as error:
            raise AssertionError(f"{process} does not answer: {error}") from None
        assert status == 200, (process, said)
        return True

    def says(self, process: str) -> tuple[int, str]:
        """What it answers at ``/ready``."""
        address = f"{self.deployment.address(process)}/ready"
        answer = urllib3.request("GET", address, timeout=5.0, retries=False)
        return answer.status, answer.data.decode()

    def _signal(self, name: str, number: signal.Signals) -> None:
        keeper = self.parts[name].pid()
        assert keeper
        for pid in _below(keeper):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _below(pid: int) -> list[int]:
    """Every process below this one, which is the keeper of them all."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_below(child)]
    return found


@contextmanager
def running_faulty(home: Path) -> Iterator[Faulty]:
    deployment = OwnClocks(home)
    with ExitStack() as stack:
        disk, is_small = stack.enter_context(small_disk(DISK))
        database = Database(disk / "database", durable=True)
        stack.callback(database.stop)
        database.start()
        for service in SERVICES:
            database.new_database(service)
        behind = {
            "broker": lambda: address_of(deployment.broker.uri()),
            "object store": lambda: address_of(deployment.objects.endpoint),
            "database": lambda: address_of(database.dsn()),
        }
        proxies = {name: stack.enter_context(proxied(where)) for name, where in behind.items()}
        through = {
            "CARNET_AMQP_URI": _moved(deployment.broker.uri(), proxies["broker"]),
            "CARNET_S3_ENDPOINT": _moved(deployment.objects.endpoint, proxies["object store"]),
            "CARNET_POSTGRES_DSN": _moved(database.dsn("{service}"), proxies["database"]),
        }
        stack.callback(deployment.stop)
        deployment.start(settings={**SETTINGS, **through})
        messages = Messages(deployment.broker.uri, lambda: _queues(deployment))
        messages.listen()
        yield Faulty(deployment, database, proxies, disk if is_small else None, messages)


@contextmanager
def running_embedded(home: Path) -> Iterator[Faulty]:
    """Its logs are SQLite files, and nothing is between its parts: it is up in half the time."""
    deployment = OwnClocks(home)
    with ExitStack() as stack:
        stack.callback(deployment.stop)
        deployment.start(settings=SETTINGS)
        messages = Messages(deployment.broker.uri, lambda: _queues(deployment))
        yield Faulty(deployment, None, {}, None, messages)


@contextmanager
def small_disk(size: str) -> Iterator[tuple[Path, bool]]:
    """A folder, and whether it is a disk of that size: a mount, which only an administrator may
    make. The user ``postgres`` can reach it."""
    with new_home() as home:
        mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(home)]
        mounted = os.geteuid() == 0 and not subprocess.run(mount, check=False).returncode
        try:
            yield home, mounted
        finally:
            if mounted:
                subprocess.run(["/bin/umount", "--lazy", str(home)], check=True)


def _queues(deployment: OwnClocks) -> list[str]:
    return deployment.broker.control("list_queues", "--no-table-headers", "name").split()


def address_of(uri: str) -> Address:
    parts = urlsplit(uri)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def _moved(uri: str, proxy: Proxy) -> str:
    """The same, by way of the proxy."""
    return uri.replace(f":{address_of(uri)[1]}", f":{proxy.port}")
