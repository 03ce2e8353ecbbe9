"""The server side: a nameko service that answers what its contract says."""

import os
from collections.abc import Callable

import eventlet
from nameko.extensions import DependencyProvider

from shared.kernel.settings import read_settings
from shared.rpc.answer import Answerer, Served
from shared.rpc.contract import Contract
from shared.rpc.intake import Intake, Taken
from shared.rpc.settings import RpcSettings
from shared.telemetry.health import health
from shared.telemetry.starting import starting

__all__ = ["Served", "serve"]


def serve(contract: Contract, build: Callable[[], Served]) -> type:
    """The nameko service class of ``entrypoints/rpc.py``.

    ``build`` is called once, when the service starts; a method without handler, or a handler
    that is not in the contract, refuses to boot.
    """
    members = {"name": contract.service, "answers": Answers(contract, build)}
    return type(f"{contract.service.title()}Rpc", (), members)


class Answers(DependencyProvider):
    """Answers the queue ``rpc-<service>`` from the start of a nameko service to its end, each
    request in a green thread of its own (ADR 17: not in a worker of nameko's)."""

    def __init__(self, contract: Contract, build: Callable[[], Served]) -> None:
        self._contract = contract
        self._build = build

    def setup(self) -> None:
        limits = read_settings(RpcSettings, os.environ, section="rpc")
        service, uri = self._contract.service, self.container.config["AMQP_URI"]
        with starting(self.container.service_name):
            self._served = self._build()
        self._answerer = Answerer(self._contract, self._served, limits)
        self._workers = eventlet.GreenPool(limits.prefetch)
        self._intake = Intake(uri, service, limits, self._take, later=self._with_others)
        if self._served.outbox:
            health.add(f"{service} event store", self._served.outbox.check)

    def start(self) -> None:
        self._intake.start()
        health.add(f"{self._contract.service} broker", self._intake.check)

    def stop(self) -> None:
        """What was taken is answered first, with all it needs still open."""
        self._intake.stop_taking()
        self._workers.waitall()
        self.kill()

    def kill(self) -> None:
        self._served.close()
        self._intake.close()

    def _take(self, taken: Taken) -> None:
        self._workers.spawn_n(self._answer, taken)

    def _with_others(self, write: Callable[[], None]) -> None:
        """At once for a reply that is alone; else when each of those at work had its turn."""
        if self._workers.running() > 1:
            eventlet.spawn_n(write)
        else:
            write()

    def _answer(self, taken: Taken) -> None:
        with self._answerer.answering(taken.delivery) as reply:
            self._intake.finish(taken, reply)
