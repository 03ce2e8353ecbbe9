"""One call to one service, again and again: an echo, and a query that reads a store."""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from time import monotonic
from uuid import uuid4

from scripts.bench.beside import beside
from scripts.bench.journeys import Place
from scripts.bench.yardsticks import SECONDS, rate_of, together
from scripts.cli.deployment import Deployment
from shared.auth.development import DevelopmentIssuer
from shared.kernel.actor import ActorKind
from shared.kernel.clock import SystemClock
from shared.rpc.client import RpcClient

ECHO = ("bench_own", "echo")
"""``own_echo.py``, which is not imported here: it patches its process."""
QUERY = ("directory", "search_professionals")
ARGUMENTS = {"text": "essai"}
ASKING = 100
"""People in whose names one caller asks: how often one may call is limited."""


def echo_sequential(place: Place) -> float:
    with beside(Deployment(_home(place)), "echo", "-m", "scripts.bench.own_echo"):
        return _sequential(place, *ECHO)


def echo_concurrent(place: Place) -> float:
    with beside(Deployment(_home(place)), "echo", "-m", "scripts.bench.own_echo"):
        return _concurrent(place, *ECHO)


def directory_sequential(place: Place) -> float:
    return _sequential(place, *QUERY)


def directory_concurrent(place: Place) -> float:
    return _concurrent(place, *QUERY)


def _home(place: Place) -> Path:
    return place.issuer_key.parents[1]


def _sequential(place: Place, service: str, method: str) -> float:
    """One connection, whose callers' tokens serve for minutes."""
    with RpcClient(place.amqp_uri) as rpc:
        return rate_of(_asking(place, rpc, service, method))


def _concurrent(place: Place, service: str, method: str) -> float:
    with RpcClient(place.amqp_uri) as rpc:

        def call(done: list[int]) -> None:
            ask, count = _asking(place, rpc, service, method), 0
            until = monotonic() + SECONDS
            while monotonic() < until:
                ask()
                count += 1
            done.append(count)

        return float(sum(together(call))) / SECONDS


def _asking(place: Place, rpc: RpcClient, service: str, method: str) -> Callable[[], object]:
    issuer = DevelopmentIssuer.at(place.issuer_key, SystemClock())
    tokens = cycle([issuer.token(ActorKind.PATIENT, record_id=str(uuid4())) for _ in range(ASKING)])
    return lambda: rpc.call(service, method, ARGUMENTS, token=next(tokens))
