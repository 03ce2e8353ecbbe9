"""What a caller writes, wherever they write it, comes into no line of the log."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.rpc.answer import Delivery
from shared.rpc.contract import Contract, Method
from shared.rpc.wire import AUTHORIZATION, TRACEPARENT, encode
from shared.telemetry.logs import set_up_logs
from tests.trust.attackers.test_injection import FORGED
from tests.trust.attackers.test_tokens import (
    CONTRACTS,
    Attacker,
    _signed,
    attacker,
    door,
    methods_of,
)

__all__ = ["attacker"]
MARK = "orchidoxal"
SAID = f'{MARK}{FORGED}", "outcome": "ok"}}\n{{"event": "{MARK}'
CONTROL = {chr(n) for n in [*range(32), *range(127, 160), 0x2028, 0x2029]} - {"\n"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    lines, handlers, level = io.StringIO(), logging.root.handlers[:], logging.root.level
    set_up_logs("debug", lines)
    yield lines
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.service)
def test_what_callers_write_is_in_no_line(
    attacker: Attacker, written: io.StringIO, contract: Contract
) -> None:
    """In each member of a request, in its name, in its headers, in its token: one line of JSON for
    each call, without a word of it."""
    entry = door(attacker, contract)
    asked = [one for method in methods_of(contract) for one in hostile(attacker, method)]
    for delivery in asked:
        with entry.answering(delivery):
            pass  # what is kept of it is what is looked at

    lines = written.getvalue().splitlines()
    calls = [line for line in lines if json.loads(line)["event"] == "call"]
    assert len(calls) == len(asked)
    assert MARK not in written.getvalue()
    assert not CONTROL & set(written.getvalue())


def hostile(who: Attacker, method: Method) -> Iterator[Delivery]:
    members = method.request.model_json_schema().get("properties", {})
    plain, token = encode({}), _signed(who)
    yield from (_told(method.name, encode({name: SAID}), token) for name in [*list(members), SAID])
    yield _told(f"{method.name}{SAID}", plain, token)
    yield _told(method.name, plain, token, **{TRACEPARENT: SAID, SAID: SAID})
    yield _told(method.name, plain, _signed(who, sub=SAID, jti=SAID, software=SAID))
    yield _told(method.name, plain, _signed(who, {"jku": SAID}, iss=SAID))
    yield _told(method.name, plain, SAID)


def _told(method: str, body: bytes, token: str, **headers: Any) -> Delivery:
    return Delivery(method=method, body=body, headers={AUTHORIZATION: token, **headers})
