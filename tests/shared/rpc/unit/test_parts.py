"""The small parts of a call, without a broker."""

import base64
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.eventing.messages import Instant
from shared.kernel import errors
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden, Refusal, StaleRead, TooMany, Unavailable
from shared.rpc import fresh, rates, wire
from shared.rpc.authorise import check_caller, check_condition
from shared.rpc.contract import Base64, Method, Request, own_record
from shared.rpc.deadline import bounded
from shared.rpc.faults import error_reply, invalid, refusal_of
from shared.rpc.fresh import wait_for
from shared.rpc.rates import Rates
from shared.rpc.settings import MIB, RpcSettings

PATIENT = Actor(kind=ActorKind.PATIENT, id="r1", record_id=UUID(int=1))
VAULT = Actor(kind=ActorKind.SERVICE, id="vault")
CARRIED = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=PATIENT)


class OfRecord(Request):
    record_id: UUID


class Filed(Request):
    content: Base64


def method(*callers: ActorKind) -> Method:
    return Method(name="m", request=OfRecord, answer=Request, callers=frozenset(callers))


def test_base64_comes_in_lines_too_as_encoders_of_mail_write_it() -> None:
    """RFC 2045: 76 characters and a line break. It is kept without."""
    data = bytes(range(200))
    lines = base64.encodebytes(data).decode().replace("\n", "\r\n")
    assert Filed(content=lines).content == base64.b64encode(data).decode()
    for other in ("é", "Zg", "Zm9v=", "Zm9v*"):
        with pytest.raises(ValidationError, match="is not base64"):
            Filed(content=other)


def test_a_carried_call_is_judged_by_its_principal() -> None:
    """Unless services are listed: then the service is, and it answers for whom it carries."""
    check_caller(method(ActorKind.PATIENT), CARRIED)
    check_caller(method(ActorKind.SERVICE), CARRIED)
    for listed, actor in [
        (ActorKind.SERVICE, PATIENT),
        (ActorKind.PATIENT, VAULT),
        (ActorKind.PROFESSIONAL, CARRIED),
    ]:
        with pytest.raises(Forbidden):
            check_caller(method(listed), actor)


def test_the_condition_is_judged_on_the_same_one() -> None:
    """A person may not reach another record by way of a service."""
    mine, other = OfRecord(record_id=UUID(int=1)), OfRecord(record_id=UUID(int=2))
    assert own_record(mine, PATIENT)
    check_condition(method(ActorKind.PATIENT), mine, CARRIED)
    for actor in (PATIENT, CARRIED):
        with pytest.raises(Forbidden):
            check_condition(method(ActorKind.PATIENT), other, actor)
    check_condition(method(ActorKind.SERVICE), other, CARRIED)


@pytest.mark.parametrize(
    "kind", [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, Refusal)]
)
def test_every_refusal_crosses_the_wire_whole(kind: type[Refusal]) -> None:
    """The caller catches the class the service raised, with all it was told."""
    sent = kind("why", message_fr="pourquoi", fields={"a.b": "wrong"}, decision_id=uuid4())
    got = refusal_of(wire.decode(error_reply(sent))["error"])
    assert type(got) is kind
    assert got.to_fault() == sent.to_fault()


def test_our_own_word_on_a_field_stands_alone() -> None:
    """The caller reads what is wrong, not what our validation library calls it."""

    class AtInstant(Request):
        at: Instant

    with pytest.raises(ValidationError) as caught:
        AtInstant.model_validate({"at": "9999-12-31T23:59:59-23:59"})
    told = invalid(caught.value).fields
    assert told == {"at": "an instant lies between the years 1 and 9999 in UTC"}


def test_a_services_own_code_is_kept() -> None:
    """Callers branch on the code, also on one this version does not know."""

    class AlreadyBlocked(Conflict):
        code = "already_blocked"

    got = refusal_of(wire.decode(error_reply(AlreadyBlocked("so")))["error"])
    assert (got.code, got.message) == ("already_blocked", "so")


@pytest.mark.parametrize(
    "error", ["text", {}, {"exc_args": []}, {"exc_args": ["x"]}, {"exc_args": [{}]}]
)
def test_an_error_that_is_no_fault_is_unavailable(error: Any) -> None:
    """A stock service's exception, or nonsense."""
    assert isinstance(refusal_of(error), Unavailable)


def test_a_request_has_one_form_on_the_wire() -> None:
    """Its digest is what the token is bound to."""
    at = datetime(2026, 11, 21, 9, 0, 0, 123_456, UTC)
    body = wire.encode(
        {"b": UUID(int=1), "a": at, "d": date(2026, 1, 2), "k": ActorKind.PATIENT, "é": "é"}
    )
    assert body == wire.encode(
        {
            "é": "é",
            "k": "patient",
            "d": "2026-01-02",
            "a": "2026-11-21T09:00:00.123Z",
            "b": "00000000-0000-0000-0000-000000000001",
        }
    )
    assert wire.digest("vault", "open", body) != wire.digest("vault", "close", body)
    assert wire.digest("vault", "open", body) != wire.digest("access", "open", body)


def test_a_rate_refills_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten a second: after a tenth of a second, one more."""
    now = SimpleNamespace(at=0.0)
    monkeypatch.setattr(rates, "monotonic", lambda: now.at)
    limited = Rates(rate=10, burst=2)
    limited.take(PATIENT)
    limited.take(PATIENT)
    with pytest.raises(TooMany):
        limited.take(PATIENT)
    now.at = 0.11
    limited.take(PATIENT)
    with pytest.raises(TooMany):
        limited.take(PATIENT)
    for _ in range(100):
        limited.take(VAULT)


def test_waiting_ends_as_soon_as_the_model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions move while one waits; several services are waited for within one time."""
    positions = {"vault": iter([1, 2, 3]), "access": iter([5])}
    pauses: list[float] = []
    monkeypatch.setattr(fresh, "sleep", pauses.append)
    wait_for({"vault": 3, "access": 5}, lambda service: next(positions[service]), within=2)
    assert len(pauses) == 2
    with pytest.raises(StaleRead):
        wait_for({"vault": 9}, lambda _service: 3, within=0)


def test_bytes_in_flight_bound_the_workers() -> None:
    """Ten requests of 8 MiB would be 80: with room for 20, two at once."""
    assert RpcSettings(workers=10).prefetch == 10
    assert RpcSettings(workers=10, bytes_in_flight=20 * MIB).prefetch == 2
    assert RpcSettings(workers=10, bytes_in_flight=1).prefetch == 1


def test_a_deadline_without_an_outer_one_is_ones_own() -> None:
    assert bounded(5) == pytest.approx(time.time() + 5, abs=1)
