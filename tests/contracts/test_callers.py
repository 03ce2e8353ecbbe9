"""Every method of every contract lets in the kinds of caller it lists, and no other.

The whole server side is driven, without a broker: real tokens in, replies out.
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from shared.auth.development import DevelopmentIssuer
from shared.auth.issuers import Issuers
from shared.auth.jwt import read
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import ActorKind
from shared.kernel.clock import SystemClock
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract, Done, Method, Request
from shared.rpc.outbox import OUTBOX_METHODS
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import AUTHORIZATION, digest
from tests.support.settings import settings_in

SERVICES = Path(__file__).parents[2] / "services"
RECORD = str(uuid4())
CLAIMS: dict[ActorKind, dict[str, Any]] = {
    ActorKind.PROFESSIONAL: {
        "SubjectNameID": "899700366240",
        "SubjectOrganizationID": "1750712184",
    },
    ActorKind.PATIENT: {"record_id": RECORD},
    ActorKind.REPRESENTATIVE: {"sub": str(uuid4()), "record_id": RECORD},
    ActorKind.CAREGIVER: {"sub": str(uuid4()), "record_id": RECORD},
    ActorKind.FACILITY: {"SubjectOrganizationID": "1750712184"},
    ActorKind.SECRETARY: {"SubjectOrganizationID": "1750712184"},
    ActorKind.APPLICATION: {"client_id": "app"},
    ActorKind.AUDITOR: {
        "mandate": {"id": "m1", "scope": ["audit"], "expires": "2999-01-01T00:00:00Z"}
    },
    ActorKind.OPERATOR: {},
    ActorKind.SUPPORT: {},
}
SAMPLE = Contract(
    "sample",
    (
        Method(
            name="for_people",
            request=Request,
            answer=Done,
            callers=frozenset({ActorKind.PATIENT, ActorKind.PROFESSIONAL}),
        ),
        Method(
            name="for_services",
            request=Request,
            answer=Done,
            callers=frozenset({ActorKind.SERVICE}),
        ),
        Method(name="for_nobody", request=Request, answer=Done, callers=frozenset()),
    ),
)


def contracts() -> Iterator[Contract]:
    """The sample, so that the walk is never empty; then every service there is."""
    yield SAMPLE
    for folder in sorted(SERVICES.iterdir()):
        if (folder / "contract.py").exists() or (folder / "contract" / "__init__.py").exists():
            yield importlib.import_module(f"services.{folder.name}.contract").CONTRACT


WALK = [(c, m) for c in contracts() for m in (*c.methods, *OUTBOX_METHODS)]


NOTHING = b'{"args":[],"kwargs":{}}'


class Door:
    """The server side of one contract; its handlers do nothing but answer."""

    def __init__(self, folder: Path, contract: Contract, *, read_only: bool = False) -> None:
        self.contract = contract
        generate_service_keys(folder, ["caller"])
        self.issuer = DevelopmentIssuer.at(folder / "issuer.key")
        issuers = folder / "issuers.json"
        issuers.write_text(json.dumps([self.issuer.entry()]))
        settings = settings_in(folder, read_only=read_only)
        self.service = ServiceTokens("caller", private_key(folder, "caller"), SystemClock())
        self.callers = CallerTokens(Issuers.load(issuers, production=False), SystemClock())
        nothing = SimpleNamespace(events=_nothing, head=_nothing, leaves=_nothing)
        handlers = {method.name: _nothing for method in contract.methods}
        served = Served(settings=settings, handlers=handlers, outbox=nothing)
        self.answerer = Answerer(contract, served, RpcSettings())

    def token(self, kind: ActorKind) -> str:
        return self.issuer.token(kind, **CLAIMS[kind])

    def service_token(self, method: str, body: bytes, carrying: ActorKind | None) -> str:
        by = self.callers.actor(read(self.token(carrying))) if carrying else None
        bound = digest(self.contract.service, method, body)
        return self.service.for_call(self.contract.service, bound, by)

    def is_forbidden(self, method: str, token: str, body: bytes = NOTHING) -> bool:
        return self.fault(method, token, body).get("code") == "forbidden"

    def fault(self, method: str, token: str, body: bytes = NOTHING) -> dict[str, Any]:
        delivery = Delivery(method=method, body=body, headers={AUTHORIZATION: token})
        with self.answerer.answering(delivery) as reply:
            assert reply
            error = json.loads(reply)["error"]
        return dict(error["exc_args"][0]) if error else {}


def _nothing(*_: object) -> Any:
    """Does not fit any answer: a call that gets here is ``unavailable``, not forbidden."""
    return None


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Door]:
    return {c.service: Door(tmp_path_factory.mktemp(c.service), c) for c in contracts()}


@pytest.mark.parametrize(
    ("contract", "method"), WALK, ids=[f"{c.service}.{m.name}" for c, m in WALK]
)
def test_only_listed_kinds_get_in(
    doors: dict[str, Door], contract: Contract, method: Method
) -> None:
    """A kind that is not listed is forbidden before its request is even looked at."""
    door, body = doors[contract.service], b'{"args":[],"kwargs":{}}'
    for kind in CLAIMS:
        let_in = not door.is_forbidden(method.name, door.token(kind))
        assert let_in == (kind in method.callers), f"{kind} by themselves"
        carried = door.service_token(method.name, body, kind)
        let_in = not door.is_forbidden(method.name, carried)
        listed = {kind, ActorKind.SERVICE} & method.callers
        assert let_in == bool(listed), f"{kind} carried by a service"
    alone = door.service_token(method.name, body, None)
    assert door.is_forbidden(method.name, alone) != (ActorKind.SERVICE in method.callers)


def test_every_kind_is_walked() -> None:
    """A new kind of caller must not be forgotten here."""
    assert set(CLAIMS) | {ActorKind.SERVICE} == set(ActorKind)


@pytest.mark.parametrize(
    ("contract", "method"), WALK, ids=[f"{c.service}.{m.name}" for c, m in WALK]
)
def test_no_token_no_entry(doors: dict[str, Door], contract: Contract, method: Method) -> None:
    delivery = Delivery(method=method.name, body=b'{"args":[],"kwargs":{}}', headers={})
    with doors[contract.service].answerer.answering(delivery) as reply:
        assert reply
        assert json.loads(reply)["error"]["exc_args"][0]["code"] == "unauthenticated"


@pytest.mark.parametrize(
    ("contract", "method"),
    [(c, m) for c, m in WALK if m.is_command and m.callers & CLAIMS.keys()],
    ids=lambda named: getattr(named, "name", None) or named.service,
)
def test_read_only_mode_takes_emergency_commands_alone(
    tmp_path: Path, contract: Contract, method: Method
) -> None:
    """DESIGN, section 12. What gets further is refused for its empty request."""
    door = Door(tmp_path, contract, read_only=True)
    kind = min(method.callers & CLAIMS.keys())

    code = door.fault(method.name, door.token(kind))["code"]

    assert code == ("invalid_request" if method.emergency else "unavailable")


def test_breaking_the_glass_is_an_emergency() -> None:
    """CSP L1111-17: care does not wait for our repairs."""
    emergencies = {f"{c.service}.{m.name}" for c, m in WALK if m.emergency}
    assert emergencies == {"access.break_glass", "access.end_emergency_session"}
