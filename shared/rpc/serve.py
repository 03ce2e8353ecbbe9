"""The server side: a nameko service that answers what its contract says."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider, Entrypoint, Extension

from shared.kernel.settings import read_settings
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract
from shared.rpc.intake import Intake, Taken
from shared.rpc.settings import RpcSettings
from shared.telemetry.health import health

__all__ = ["Served", "serve"]


def serve(contract: Contract, build: Callable[[], Served]) -> type:
    """The nameko service class of ``entrypoints/rpc.py``.

    ``build`` is called once, when the service starts; a method without handler, or a handler
    that is not in the contract, refuses to boot.
    """

    class Service:
        name = contract.service
        answerer = Built(contract, build)

        @Deliveries.decorator(contract.service)
        def answer(self, delivery: Delivery) -> bytes | None:
            reply: bytes | None = self.answerer.answer(delivery)
            return reply

    Service.__name__ = Service.__qualname__ = f"{contract.service.title()}Rpc"
    return Service


class Built(DependencyProvider):
    """Builds what answers, and closes it after the last worker."""

    def __init__(self, contract: Contract, build: Callable[[], Served]) -> None:
        self._contract = contract
        self._build = build
        self._served: Served | None = None
        self._answerer: Answerer | None = None

    def setup(self) -> None:
        limits = read_settings(RpcSettings, os.environ, section="rpc")
        self._served = self._build()
        self._answerer = Answerer(self._contract, self._served, limits)
        for name, check in self._served.ready.items():
            health.add(f"{self._contract.service} {name}", check)

    def get_dependency(self, _worker_ctx: Any) -> Answerer | None:
        return self._answerer

    def stop(self) -> None:
        if self._served:
            self._served.close()

    kill = stop


class Links(Extension):
    """Holds the links to the broker until the last worker has replied: nameko stops what an
    entrypoint contains after its workers."""

    intake: Intake | None = None

    def stop(self) -> None:
        if self.intake:
            self.intake.close()

    kill = stop


class Deliveries(Entrypoint):
    """The queue ``rpc-<service>``: hands each delivery to a worker, sends back its reply."""

    links = Links()

    def __init__(self, service: str) -> None:
        self._service = service
        super().__init__()

    def setup(self) -> None:
        limits = read_settings(RpcSettings, os.environ, section="rpc")
        uri = self.container.config["AMQP_URI"]
        self.links.intake = Intake(uri, self._service, limits, self._take)

    def start(self) -> None:
        self._intake().start()
        health.add(f"{self._service} broker", self._intake().check)

    def stop(self) -> None:
        self._intake().stop_taking()

    def _intake(self) -> Intake:  # no property: nameko reads those of an unbound entrypoint
        assert self.links.intake, "set up first"  # noqa: S101 - nameko's order of calls
        return self.links.intake

    def _take(self, taken: Taken) -> None:
        try:
            self.container.spawn_worker(
                self, (taken.delivery,), {}, handle_result=partial(self._finish, taken)
            )
        except ContainerBeingKilled:
            return  # never acknowledged: the broker gives it to another replica

    def _finish(self, taken: Taken, _worker: Any, reply: Any, exc_info: Any) -> tuple[Any, Any]:
        self._intake().finish(taken, reply)
        return None, exc_info
