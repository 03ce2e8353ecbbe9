"""Carnet on one machine: broker, object store and services, started and stopped in order."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType

import urllib3

from scripts.cli.place import Place
from scripts.cli.processes import FIRST, FOLLOWING, PROCESSES, ROOT, entrypoints_of, services_of
from scripts.machine.files import free_ports, kept_ports, private_folder
from scripts.machine.kept import DidNotStart, Kept
from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore

SMTP = "smtp"
PORTS = (*PROCESSES, SMTP)
"""One of each process for its health, and the one mail comes in by."""
BEHIND = 5
"""How much nicer than those that answer are those where nobody waits: a third of what one that
answers gets when both want the processor, all of it when they alone do. With 10, a tenth, a load
without end left the transparency log more than a minute behind."""
START = 90.0  # seconds for a service process to be ready; about 3 on an idle machine
Progress = Callable[[str], AbstractContextManager[None]]
"""Shows one step while it runs."""


def silent(_step: str) -> AbstractContextManager[None]:
    return nullcontext()


class Deployment:
    """What runs, or ran, in one folder; made anew for each command that looks at it."""

    def __init__(self, home: Path) -> None:
        self.place = Place(private_folder(home))
        self.broker = Broker(home / "rabbitmq")
        self.objects = ObjectStore(home / "seaweedfs")
        self._logs = private_folder(home / "services")
        self._ports = kept_ports(self._logs / "ports.json", PORTS)
        self.processes = {name: Kept(name, self._logs) for name in PROCESSES}

    @property
    def parts(self) -> dict[str, Kept]:
        """Every process of it by name, in the order of starting."""
        return {
            "broker": self.broker.process,
            "object store": self.objects.process,
            **self.processes,
        }

    def running(self) -> list[str]:
        return [name for name, part in self.parts.items() if part.running()]

    def start(
        self,
        *,
        detached: bool = False,
        progress: Progress = silent,
        settings: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        """All or nothing: what was started is stopped again when something does not start.

        ``settings``: ``CARNET_*`` variables beyond those of an embedded Carnet.
        """
        if running := self.running():
            raise DidNotStart(f"{', '.join(running)} of {self.place.home} already run")
        self._ports = free_ports(self._logs / "ports.json", PORTS)
        try:
            self._start(detached, progress, settings)
        except BaseException:
            self.stop(progress=progress)
            raise

    def _start(
        self, detached: bool, progress: Progress, settings: Mapping[str, str | None]
    ) -> None:
        with progress("keys and settings"):
            self.place.make_keys()
            self.place.write_environment(
                {
                    "CARNET_AMQP_URI": self.broker.uri(),
                    "CARNET_S3_ENDPOINT": self.objects.endpoint,
                    "CARNET_S3_ACCESS_KEY": self.objects.access_key,
                    "CARNET_S3_SECRET_KEY": self.objects.secret_key,
                    "CARNET_MESSAGING_SMTP_PORT": str(self._ports[SMTP]),
                    **settings,
                }
            )
        with progress("broker (RabbitMQ)"):
            self.broker.start(detached=detached)
        with progress("object store (SeaweedFS)"):
            self.objects.start(detached=detached)
        others = [name for name in PROCESSES if name != FIRST]
        for step in ([FIRST], others):
            for name in step:
                self.launch(name, detached)
            for name in step:
                what = "what follows" if name in FOLLOWING else "services"
                with progress(f"{what}: {', '.join(services_of(name))}"):
                    self.processes[name].wait_until(partial(self.ready, name), within=START)

    def launch(self, name: str, detached: bool = False) -> None:
        """Start one process of the services; see :meth:`ready`."""
        process, environ = self.process_of(name), self.environ(self._ports[name])
        command = [sys.executable, "-m", "services", *entrypoints_of(process)]
        nice = BEHIND if process in FOLLOWING else 0
        self.processes[name].start(command, environ=environ, detached=detached, nice=nice)

    def process_of(self, name: str) -> str:
        """Which of :data:`PROCESSES` it is that runs under this name."""
        return name

    def environ(self, port: int) -> dict[str, str]:
        """Of a process of the services; ``port``: of its health."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.place.home.resolve()),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "CARNET_HTTP_PORT": str(port),
            **self.place.settings(),
        }

    def address(self, process: str) -> str:
        """Where this process serves ``/live``, ``/ready`` and ``/metrics``."""
        return f"http://127.0.0.1:{self._ports[process]}"

    def ready(self, process: str) -> bool:
        try:
            answer = urllib3.request(
                "GET", f"{self.address(process)}/ready", timeout=5.0, retries=False
            )
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def stop(self, *, progress: Progress = silent) -> None:
        """Services first, so that what they do under way can still be written."""
        services = [part for part in self.processes.values() if part.running()]
        if services:
            with progress("services stopped"), ThreadPoolExecutor(len(services)) as pool:
                list(pool.map(Kept.stop, services))
        for name, server in (("object store", self.objects), ("broker", self.broker)):
            if server.process.running():
                with progress(f"{name} stopped"):
                    server.stop()


@contextmanager
def running_carnet(
    home: Path,
    progress: Progress = silent,
    settings: Mapping[str, str | None] = MappingProxyType({}),
) -> Iterator[Deployment]:
    deployment = Deployment(home)
    deployment.start(progress=progress, settings=settings)
    try:
        yield deployment
    finally:
        deployment.stop(progress=progress)
