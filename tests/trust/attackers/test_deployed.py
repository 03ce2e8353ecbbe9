"""Addresses and bombs sent to all of Carnet, in processes of its own."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from scripts.bench.evidence import resident
from scripts.demo.cast import Caller
from scripts.schemas.documents import of_method
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.rpc.contract import Method
from tests.contracts.test_callers import CLAIMS
from tests.fuzz.drawing import often
from tests.fuzz.shaped import Shape
from tests.trust.afterwards import every_event_has_its_leaf
from tests.trust.attackers import addresses, bombs
from tests.trust.attackers.addresses import Listener, listening
from tests.trust.attackers.asking import methods
from tests.trust.conftest import Attacked
from tests.vault.world import METADATA

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
TRIES = 4
"""Requests to each method; in each, every text that may be is another form of an address."""
GROWTH = 250
"""MB that a process may have taken at most for one bomb, over what it takes at rest."""


def as_anybody(attacked: Attacked, method: Method, record_id: str) -> Caller | None:
    """One of those who may call it; ``None`` for what services alone ask."""
    kinds = sorted(method.callers - {ActorKind.SERVICE})
    if not kinds:
        return None
    claims = CLAIMS[kinds[0]]
    if "record_id" in claims:
        claims = {**claims, "record_id": record_id}
    return Caller(attacked.cast.rpc, attacked.cast.issuer, kinds[0], claims)


def test_nobody_goes_to_an_address(attacked: Attacked, figures: dict[str, Any]) -> None:
    """Every text of every request, and files of every kind."""
    record_id = next(iter(attacked.records.values()))
    with listening() as listener:
        asked = sum(
            pointed_at(attacked, listener, key, method, record_id) for key, method in methods()
        )
        files_that_point_at(attacked, listener, record_id)
        every_event_has_its_leaf(attacked)
        assert not listener.met
    figures.update(requests=asked)
    assert asked > 700


def pointed_at(
    attacked: Attacked, listener: Listener, key: str, method: Method, record_id: str
) -> int:
    service, _, name = key.partition(".")
    document = of_method(service, method)[f"{service}/rpc/{name}.request.json"]
    caller, asked = as_anybody(attacked, method, record_id), 0
    if caller is None:
        return 0

    @often(TRIES)
    @given(valid=Shape(document).valid())
    def each(valid: Any) -> None:
        nonlocal asked
        known = {"record_id": record_id} if "record_id" in valid else {}
        request = addressed(method, {**valid, **known}, listener.forms())
        with suppress(Refusal):
            caller.ask(key, **request)
        asked += 1

    each()
    return asked


def addressed(method: Method, valid: Mapping[str, Any], forms: tuple[str, ...]) -> dict[str, Any]:
    """The request with an address in place of every text that takes one."""
    request = deepcopy(dict(valid))
    for turn, (holder, step) in enumerate(texts_of(request)):
        former = holder[step]
        for form in (*forms[turn % len(forms) :], *forms):
            holder[step] = form
            if fits(method, request):
                break
        else:
            holder[step] = former
    return request


def fits(method: Method, request: Mapping[str, Any]) -> bool:
    try:
        method.request.model_validate(request)
    except ValidationError:
        return False
    return True


def texts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """What holds each text, and where in it."""
    steps = value.keys() if isinstance(value, dict) else range(len(value))
    for step in list(steps):
        if isinstance(value[step], str):
            yield value, step
        elif isinstance(value[step], dict | list):
            yield from texts_of(value[step])


def files_that_point_at(attacked: Attacked, listener: Listener, record_id: str) -> None:
    hospital, person = attacked.cast.hospital(), attacked.cast.patient(record_id)
    for content in addresses.documents(listener).values():
        refused_or_not(
            hospital, "vault.deposit", record_id=record_id,
            content=addresses.encoded(content), metadata=METADATA,
        )  # fmt: skip
    refused_or_not(
        person, "agenda.import_calendar", record_id=record_id, ics=addresses.calendar(listener)
    )
    for key, bundle in (
        ("agenda.import_appointments", addresses.appointments(listener)),
        ("profile.import_observations", addresses.observations(listener)),
    ):
        refused_or_not(hospital, key, record_id=record_id, bundle=bundle)


def refused_or_not(caller: Caller, method: str, **arguments: Any) -> None:
    with suppress(Refusal):
        caller.do(method, **arguments)


def test_a_bomb_takes_a_bounded_room_of_its_process(
    attacked: Attacked, figures: dict[str, Any]
) -> None:
    """All of the process, as the machine counts it: its parsers, its libraries, and what it had
    let go of and not given back."""
    record_id = list(attacked.records.values())[1]
    hospital, person = attacked.cast.hospital(), attacked.cast.patient(record_id)
    before, pids = resident(attacked.deployment), attacked.pids()
    files = {**bombs.XML, **bombs.PDFS, **bombs.HARMLESS, **bombs.PICTURES, **bombs.ARCHIVES}
    for make in files.values():
        refused_or_not(
            hospital, "vault.deposit", record_id=record_id,
            content=addresses.encoded(make()), metadata=METADATA,
        )  # fmt: skip
    bodies: list[Any] = [[{}] * 2_500_000, [{"a": 1}] * 900_000, [{}] * 200_000]
    for rows in bodies:
        refused_or_not(hospital, "vault.deposit", record_id=record_id, content="", metadata=rows)
        refused_or_not(hospital, "profile.import_observations", record_id=record_id, bundle=rows)
    refused_or_not(
        person, "agenda.import_calendar", record_id=record_id,
        ics=bombs.calendar("FREQ=DAILY", 7_000),
    )  # fmt: skip

    grown = {
        name: round(most - before[name])
        for name, most in resident(attacked.deployment, "VmHWM").items()
    }
    figures.update(bombs=len(files) + 7, grown_mb=grown)
    assert attacked.pids() == pids
    assert max(grown.values()) < GROWTH, grown
