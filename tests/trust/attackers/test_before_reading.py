"""What is looked at before a body is read, and what reading one may cost.

Memory is counted (``tracemalloc``), not measured.
"""

import json
from time import time
from typing import Any

import pytest
from pydantic import Field

from shared.kernel.actor import Actor, ActorKind
from shared.rpc import wire
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract, Done, Method, Request
from shared.rpc.deadline import bounded
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import AUTHORIZATION
from tests.contracts.test_callers import NOTHING
from tests.support.counted import taking_at_most
from tests.trust.attackers.test_tokens import RECORD, Attacker

PEOPLE = frozenset({ActorKind.PATIENT})
LIMITS = RpcSettings(rate=0.001, burst=30)
EIGHT_MB = 8_000_000
LIGHT = 3 * EIGHT_MB
"""Bytes that a body which is not read may take, its own among them."""
MODERATE = LIGHT + 20_000_000
"""Bytes that one of a stranger may take, read or not."""
HEAVY = 80_000_000
"""Bytes that the worst body of a caller who may ask may take."""


class Listed(Request):
    rows: list[dict[str, Any]] = Field(default=[])


class Door:
    """Of a service with a method for people and one for operators; ``until``: what the last
    handler that was reached knew of its deadline."""

    def __init__(self, attacker: Attacker) -> None:
        self._issuer = attacker.issuer
        self.until: float | None = None
        contract = Contract("sample", (self._method("ask"), self._method("run", operators=True)))
        served = Served(
            settings=attacker.settings(), handlers={"ask": self._reached, "run": self._reached}
        )
        self._answerer = Answerer(contract, served, LIMITS)

    def _method(self, name: str, *, operators: bool = False) -> Method:
        callers = frozenset({ActorKind.OPERATOR}) if operators else PEOPLE
        return Method(name=name, request=Listed, answer=Done, callers=callers)

    def _reached(self, _request: Listed, _by: Actor) -> Done:
        self.until = bounded(10**9)
        return Done()

    def token(self) -> str:
        return self._issuer.token("patient", record_id=RECORD)

    def ask(self, body: bytes, *, method: str = "ask", **headers: Any) -> str:
        """The code that was answered, or ``ok``; ``dropped`` for no answer at all."""
        given = {AUTHORIZATION: self.token()} | {f"nameko.{k}": v for k, v in headers.items()}
        delivery = Delivery(method=method, body=body, headers=given)
        with self._answerer.answering(delivery) as reply:
            error = json.loads(reply)["error"] if reply else {"exc_args": [{"code": "dropped"}]}
        return error["exc_args"][0]["code"] if error else "ok"


@pytest.fixture
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    return Door(Attacker(tmp_path_factory.mktemp("door")))


def kwargs(inside: bytes) -> bytes:
    return b'{"args":[],"kwargs":{' + inside + b"}}"


def rows(row: bytes, size: int) -> bytes:
    return kwargs(b'"rows":[' + b",".join([row] * (size // (len(row) + 1))) + b"]")


def test_a_stranger_is_told_so_at_little_cost(door: Door) -> None:
    """With no token, one that is not believed, for a method of others or none, and above their
    rate. A large body of theirs is not read, a small one only to drop what is no request."""
    for body in (NOTHING, rows(b"{}", 400_000), rows(b"{}", EIGHT_MB)):
        with taking_at_most(MODERATE):
            assert door.ask(body, authorization="") == "unauthenticated"
            assert door.ask(body, authorization=door.token()[:-5]) == "unauthenticated"
            assert door.ask(body, method="run") == "forbidden"
            assert door.ask(body, method="unknown") == "not_found"
    assert door.ask(b"no JSON", authorization="") == "dropped"
    assert door.ask(b"no JSON", method="run") == "dropped"
    while (told := door.ask(NOTHING, method="run")) == "forbidden":
        pass
    assert told == "too_many"


def test_a_body_of_too_many_members_is_not_read(door: Door) -> None:
    """Eight million bytes of ``{}`` took 220 MB."""
    for row in (b"{}", b"[]", b'{"a":1}', b'{"":{"":[[]]}}'):
        body = rows(row, EIGHT_MB)
        with taking_at_most(LIGHT):
            assert door.ask(body) == "too_large"
    assert door.ask(b"no JSON") == "dropped"
    assert door.ask(kwargs(b'"rows":' + b"[" * 300 + b"]" * 300)) == "dropped"


@pytest.mark.parametrize(
    "body",
    [
        rows(b"{}", 700_000),
        rows(b'{"a":1}', 1_250_000),
        pytest.param(rows(b'{"":' * 150 + b"1" + b"}" * 150, 1_200_000), marks=pytest.mark.long),
        pytest.param(
            kwargs(b",".join(b'"%d":1' % n for n in range(240_000))), marks=pytest.mark.long
        ),
        kwargs(b'"rows":"' + b"\\u0041" * 1_300_000 + b'"'),
    ],
    ids=["empty", "small", "deep", "unknown", "escaped"],
)
def test_what_is_read_takes_a_bounded_room(door: Door, body: bytes) -> None:
    """As many members as may be, of the kinds that take most; and their faults."""
    assert wire.members(body) <= LIMITS.max_members
    with taking_at_most(HEAVY):
        assert door.ask(body) in {"ok", "invalid_request"}


def test_no_member_goes_uncounted() -> None:
    """Names, values and entries of any JSON are at most what is counted."""
    values: list[Any] = [{}, [], 1, "a", [[]], {"a": {"b": [1, {"c": None}]}}, [{}, {}], {"": ""}]
    for value in values:
        assert _members(value) <= wire.members(json.dumps(value).encode())


def _members(value: Any) -> int:
    match value:
        case dict():
            return 1 + sum(1 + _members(inner) for inner in value.values())
        case list():
            return 1 + sum(map(_members, value))
    return 1


@pytest.mark.parametrize("header", [2**63 - 1, 4_102_444_800_000])
def test_no_call_waits_beyond_the_longest_deadline(door: Door, header: int) -> None:
    """However far away a caller sets it."""
    assert door.ask(NOTHING, deadline=header) == "ok"
    assert door.until is not None
    assert door.until <= time() + LIMITS.longest
