"""A RabbitMQ node of our own: loopback only, own cookie, own epmd, from Debian's package."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import amqp

from scripts.machine.files import free_ports, kept_ports, kept_secret, private_folder, write_private
from scripts.machine.kept import Kept, NotInstalled

USER = "carnet"
PORTS = ("amqp", "distribution", "epmd")
# Debian's own wrappers switch to the user rabbitmq, and so to the system's folders: go past them.
PROGRAMS = "lib/rabbitmq/lib/rabbitmq_server-*/sbin"
SCHEDULERS = max(1, (os.cpu_count() or 1) // 2)
"""Threads of Erlang that work: on a machine that others work on too, one for each core wakes and
sleeps more than it does (10 to 15 % of its processor time on two cores)."""
START = 90.0  # seconds; about 4 on an idle machine, more when all its cores are taken


@dataclass
class Broker:
    """All its files are in ``home``; started again there, it has its queues and its address."""

    home: Path

    def __post_init__(self) -> None:
        self.home = private_folder(self.home).resolve()
        self._ports = kept_ports(self.home / "ports.json", PORTS)
        self._password = kept_secret(self.home / "password")
        self._spare_vhosts: list[str] = []
        self.process = Kept("rabbitmq", self.home)

    def start(self, *, detached: bool = False) -> None:
        self._ports = free_ports(self.home / "ports.json", PORTS)
        self._write_configuration()
        self.process.start(
            [programs() / "rabbitmq-server"], environ=self._environ(), detached=detached
        )
        self.process.wait_until(self.answers, within=START)

    def stop(self) -> None:
        self.process.stop()

    def crash(self) -> None:
        """Kill it with every quorum queue known to its disk.

        RabbitMQ 3.10 writes a new queue's name seconds after it confirms that queue's first
        messages; killed in between, it comes back with a queue that never answers again. Tests
        of what a crash loses are about messages, so they must not hit that window by chance.
        """
        self.control("eval", "[dets:sync(Table) || Table <- dets:all()].")
        self.process.kill()

    def uri(self, vhost: str = "/") -> str:
        path = "%2F" if vhost == "/" else vhost
        return f"amqp://{USER}:{self._password}@127.0.0.1:{self._ports['amqp']}/{path}"

    def answers(self) -> bool:
        """A login, not only an open port: the port opens before users and queues are there."""
        connection = amqp.Connection(
            f"127.0.0.1:{self._ports['amqp']}",
            userid=USER,
            password=self._password,
            login_method="PLAIN",
            connect_timeout=2,
            read_timeout=5,
        )
        try:
            connection.connect()
            connection.close()
        except (OSError, amqp.AMQPError):
            return False
        return True

    def new_vhost(self) -> str:
        """Made twenty at a time: starting the command takes longer than all of them."""
        if not self._spare_vhosts:
            self._spare_vhosts = [f"t{uuid.uuid4().hex[:12]}" for _ in range(20)]
            names = ",".join(f'<<"{name}">>' for name in self._spare_vhosts)
            self.control(
                "eval",
                f'[begin rabbit_vhost:add(V, <<"{USER}">>), '
                "rabbit_auth_backend_internal:set_permissions("
                f'<<"{USER}">>, V, <<".*">>, <<".*">>, <<".*">>, <<"{USER}">>) end '
                f"|| V <- [{names}]].",
            )
        return self._spare_vhosts.pop()

    def control(self, *arguments: str) -> str:
        """What ``rabbitmqctl`` answers, asked of this node and no other."""
        answer = subprocess.run(
            [programs() / "rabbitmqctl", "--quiet", *arguments],
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return answer.stdout

    def _write_configuration(self) -> None:
        cookie = self.home / ".erlang.cookie"
        kept_secret(cookie)
        cookie.chmod(0o400)  # Erlang refuses a cookie that others could read or write
        (self.home / "enabled_plugins").write_text("[].\n")
        (self.home / "advanced.config").write_text("[].\n")
        write_private(
            self.home / "rabbitmq.conf",
            f"listeners.tcp.1 = 127.0.0.1:{self._ports['amqp']}\n"
            f"default_user = {USER}\n"
            f"default_pass = {self._password}\n"
            f"log.file = {self.process.log_file}\n"  # on its console it would write in colours
            "log.file.level = warning\n"
            "raft.wal_max_size_bytes = 67108864\n",  # 64 MB of the 512 MB meant for big machines
        )

    def _environ(self) -> dict[str, str]:
        """Nothing is inherited but the path: the caller's own RABBITMQ_* must not reach us."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_ALLOW_INPUT": "1",  # no shell between the keeper and the node
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self._ports["distribution"]),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_NODENAME": "carnet@localhost",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-noinput -kernel inet_dist_use_interface {127,0,0,1}"
                f" +S {SCHEDULERS}:{SCHEDULERS}"
            ),
        }


def programs() -> Path:
    """The folder of the package's own programs."""
    if found := next(Path("/usr").glob(PROGRAMS), None):
        return found
    raise NotInstalled("RabbitMQ is not installed; as root run: apt-get install rabbitmq-server")


@contextmanager
def running_broker(home: Path) -> Iterator[Broker]:
    """One whose messages nobody will want afterwards: a gentle end would write them all."""
    broker = Broker(home)
    broker.start()
    try:
        yield broker
    finally:
        broker.process.kill()
