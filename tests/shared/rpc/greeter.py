"""A service of the tests, run as ``python -m tests.shared.rpc.greeter``."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from services.__main__ import run  # first: it monkey-patches
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.common import CommonSettings
from shared.kernel.errors import Conflict
from shared.rpc.asking import client_of
from shared.rpc.contract import Answer, Command, Contract, Done, Method, Query, Request
from shared.rpc.serve import Served, serve

PEOPLE = frozenset({ActorKind.PATIENT, ActorKind.PROFESSIONAL})


class Greet(Query):
    record_id: UUID
    times: int = 1
    name: str = "you"


class Greeting(Answer):
    text: str
    by: dict[str, Any]


class Write(Command):
    record_id: UUID
    content: str


class Fail(Request):
    how: str


class Nap(Request):
    seconds: float


CONTRACT = Contract(
    "greeter",
    (
        Method(name="greet", request=Greet, answer=Greeting, callers=PEOPLE),
        Method(name="write", request=Write, answer=Done, callers=PEOPLE),
        Method(name="fail", request=Fail, answer=Done, callers=PEOPLE),
        Method(name="nap", request=Nap, answer=Done, callers=PEOPLE),
        Method(name="relay", request=Greet, answer=Greeting, callers=PEOPLE),
        Method(
            name="inside", request=Greet, answer=Greeting, callers=frozenset({ActorKind.SERVICE})
        ),
    ),
)


def greet(request: Greet, by: Actor) -> Greeting:
    return Greeting(text=f"hello {request.name} " * request.times, by=by.to_event())


def fail(request: Fail, _by: Actor) -> Done:
    if request.how == "refuse":
        raise Conflict("it moved", message_fr="cela a changé", fields={"how": "moved"})
    if request.how == "answer":
        return {"position": "not a number"}  # type: ignore[return-value]  # the point of it
    raise RuntimeError(request.how)


class Log:
    """Stands for a service's log: one event that tells nothing."""

    HEAD = {"epoch": "e1", "position": 4, "digest": "ab"}  # noqa: RUF012 - never changed

    def events(self, after: int, limit: int) -> dict[str, Any]:
        return {"epoch": "e1", "head": self.HEAD, "after": None, "envelopes": []}

    def head(self) -> dict[str, Any]:
        return self.HEAD

    def check(self) -> str | None:
        return None

    def leaves(self, after: int, limit: int) -> dict[str, Any]:
        leaves = [[position, "ab"] for position in range(after + 1, 5)][:limit]
        return {"service": "greeter", "epoch": "e1", "after": after, "to": 4, "leaves": leaves}


def build() -> Served:
    if os.environ.get("GREETER_BREAKS"):
        raise RuntimeError("a mistake in build")
    settings = CommonSettings.read(os.environ)
    client = client_of(settings, "greeter")
    runs = Path(os.environ["GREETER_RUNS"])

    def write(request: Write, _by: Actor) -> Done:
        with runs.open("a") as file:
            file.write(f"{request.request_id}\n")
        return Done(position=1)

    def nap(request: Nap, _by: Actor) -> Done:
        time.sleep(request.seconds)
        with runs.open("a") as file:
            file.write("nap\n")
        return Done(position=1)

    def relay(request: Greet, by: Actor) -> Greeting:
        answer = client.call("greeter", "inside", request.model_dump(mode="json"), by=by)
        return Greeting.model_validate(answer)

    def position_of(service: str) -> int:
        return 7

    handlers: Mapping[str, Any] = {
        "greet": greet,
        "write": write,
        "fail": fail,
        "nap": nap,
        "relay": relay,
        "inside": greet,
    }
    forgotten = os.environ.get("GREETER_FORGETS")
    handlers = {name: handler for name, handler in handlers.items() if name != forgotten}
    return Served(
        settings=settings,
        handlers=handlers,
        outbox=Log(),
        position_of=position_of,
        close=client.close,
    )


if __name__ == "__main__":
    sys.exit(run({"greeter.rpc": serve(CONTRACT, build)}))
