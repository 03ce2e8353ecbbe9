"""Requests of every shape to every method: each is answered or refused, and nothing breaks."""

import importlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from scripts.bench.evidence import resident
from scripts.cli.processes import SERVICES
from scripts.demo.cast import TREATING_DOCTOR, Caller
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.rpc.contract import Contract, Method
from tests.trust.conftest import Attacked
from tests.trust.made_up import MadeUp

TRIES = int(os.environ.get("CARNET_TRUST_REQUESTS", "20"))
"""Per method; 20 make some thousands of requests, 600 the hundred thousand of the long form."""
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
@pytest.mark.timeout(3000)
def test_only_structured_refusals(attacked: Attacked, figures: dict[str, Any]) -> None:
    """Whatever is asked, no call ends in an error of the service's own, and no process dies."""
    chance, told = Random(11), Counter[str]()
    known = list(attacked.records.values())
    who = callers(attacked, known[0])
    before, memory = attacked.pids(), resident(attacked.deployment)

    for service, method in methods():
        made_up = MadeUp(method.request.model_json_schema(), known, chance)
        fitting = [caller for kind, caller in who.items() if kind in method.callers]
        for _ in range(TRIES):
            caller = chance.choice(fitting or list(who.values()))
            told[ask(caller, f"{service}.{method.name}", made_up.request())] += 1

    figures.update(requests=sum(told.values()), answers=dict(told.most_common()))
    unforeseen = [line for line in attacked.lines() if line["event"] == "unexpected"]
    assert unforeseen == []
    assert attacked.pids() == before
    grown = {name: now - memory[name] for name, now in resident(attacked.deployment).items()}
    figures.update(grown_mb={name: round(size, 1) for name, size in grown.items()})
    assert max(grown.values()) < GROWTH, grown
    assert told["answered"] > len(told)
    assert all(code.isidentifier() for code in set(told) - REFUSALS)


def ask(caller: Caller, method: str, arguments: dict[str, Any]) -> str:
    try:
        caller.ask(method, **json.loads(json.dumps(arguments, default=str)))
    except Refusal as refusal:
        return refusal.code
    return "answered"
