"""Requests of every shape to every method: each is answered or refused, and nothing breaks."""

import importlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from scripts.bench.evidence import resident
from scripts.cli.processes import SERVICES
from scripts.demo.cast import TREATING_DOCTOR, Caller
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.rpc.contract import Contract, Method
from tests.trust.afterwards import every_event_has_its_leaf, every_view_is_as_rebuilt
from tests.trust.conftest import Attacked
from tests.trust.made_up import MadeUp

TRIES = int(os.environ.get("CARNET_TRUST_REQUESTS", "20"))
"""Per method; 20 make some thousands of requests, 460 the hundred thousand of the long form."""
HANDS = 8
"""Requests under way at once."""
GROWTH = 60
"""MB a process may grow by while thousands of requests pass through it."""
REFUSALS = {
    "unauthenticated",
    "forbidden",
    "invalid_request",
    "not_found",
    "conflict",
    "stale_read",
    "deadline_exceeded",
    "unavailable",
    "too_large",
    "too_many",
}
"""CONTRACT, Faults; a service's own codes come in addition."""


def methods() -> Iterator[tuple[str, Method]]:
    for service in SERVICES:
        contract: Contract = importlib.import_module(f"services.{service}.contract").CONTRACT
        for method in contract.methods:
            yield service, method


def callers(attacked: Attacked, record_id: str) -> dict[ActorKind, Caller]:
    cast = attacked.cast
    return {
        ActorKind.PATIENT: cast.patient(record_id),
        ActorKind.FACILITY: cast.hospital(),
        ActorKind.PROFESSIONAL: cast.doctor(TREATING_DOCTOR, "1750712184"),
        ActorKind.OPERATOR: cast.insurer(),
    }


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_only_structured_refusals(attacked: Attacked, figures: dict[str, Any]) -> None:
    """Whatever is asked, no call ends in an error of the service's own, and no process dies.
    What was taken is whole: in the log, and in every view."""
    before, memory = attacked.pids(), resident(attacked.deployment)
    calls = [(service, method) for service, method in methods() for _ in range(TRIES)]
    Random(11).shuffle(calls)

    began = time.monotonic()
    with ThreadPoolExecutor(HANDS) as hands:
        asked = [hands.submit(some, attacked, n, calls[n::HANDS]) for n in range(HANDS)]
        told = sum((one.result() for one in asked), Counter[str]())

    took = time.monotonic() - began
    figures.update(requests=sum(told.values()), seconds=round(took), answers=dict(told))
    unforeseen = [line for line in attacked.lines() if line["event"] == "unexpected"]
    assert unforeseen == []
    assert attacked.pids() == before
    grown = {name: now - memory[name] for name, now in resident(attacked.deployment).items()}
    figures.update(grown_mb={name: round(size, 1) for name, size in grown.items()})
    assert max(grown.values()) < GROWTH, grown
    assert told["answered"] > len(told)
    assert all(code.isidentifier() for code in set(told) - REFUSALS)
    every_event_has_its_leaf(attacked)
    every_view_is_as_rebuilt(attacked)


def some(attacked: Attacked, number: int, calls: Sequence[tuple[str, Method]]) -> Counter[str]:
    """What one of those who ask at once was told; each asks in the name of another person."""
    chance, told = Random(number), Counter[str]()
    known = list(attacked.records.values())
    who = callers(attacked, known[number % len(known)])
    shapes: dict[str, MadeUp] = {}
    for service, method in calls:
        name = f"{service}.{method.name}"
        if name not in shapes:
            shapes[name] = MadeUp(method.request.model_json_schema(), known, chance)
        fitting = [caller for kind, caller in who.items() if kind in method.callers]
        caller = chance.choice(fitting or list(who.values()))
        told[ask(caller, name, shapes[name].request())] += 1
    return told


def ask(caller: Caller, method: str, arguments: dict[str, Any]) -> str:
    try:
        caller.ask(method, **json.loads(json.dumps(arguments, default=str)))
    except Refusal as refusal:
        return refusal.code
    return "answered"
