"""An echo behind the whole of our entrypoint: ``python -m scripts.bench.own_echo``, with the
settings of a service. The caller's token, the request's schema, the rights of who asks, how often
they may, the deadline, the metrics and the log line are those of every service; only the store is
missing, as in the echoes of other frameworks."""

import shared.rpc.green  # noqa: F401, I001 - before anything else: it patches

import os
import sys

from pydantic import Field

from services.__main__ import run
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.common import CommonSettings
from shared.rpc.contract import Answer, Contract, Method, Request
from shared.rpc.serve import Served, serve

SERVICE = "bench_own"


class Echo(Request):
    text: str = Field(max_length=200)


class Echoed(Answer):
    text: str


CONTRACT = Contract(
    SERVICE,
    (Method(name="echo", request=Echo, answer=Echoed, callers=frozenset({ActorKind.PATIENT})),),
)


def echo(request: Echo, _by: Actor) -> Echoed:
    return Echoed(text=request.text)


def build() -> Served:
    return Served(settings=CommonSettings.read(os.environ), handlers={"echo": echo})


if __name__ == "__main__":
    sys.exit(run({f"{SERVICE}.rpc": serve(CONTRACT, build)}))
