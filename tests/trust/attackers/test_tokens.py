"""No token but a true one opens any method of any service.

What each forgery is refused for is tested where tokens are read (`tests/shared/auth`); here none
of them may get past the door of any method, and no service may have another door.
"""

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scripts.cli.processes import ROOT, SERVICES
from shared.auth.development import ISSUER, KID, DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import TYPE, ServiceTokens
from shared.auth.tokens import AUDIENCE
from shared.kernel.clock import ShiftedClock, SystemClock
from shared.kernel.common import CommonSettings
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract, Method
from shared.rpc.outbox import OUTBOX_METHODS
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import AUTHORIZATION, digest, encode
from tests.contracts.test_callers import NOTHING, contracts
from tests.support.settings import settings_in

CONTRACTS = list(contracts())
RECORD = str(uuid4())
OTHER_ISSUER = "https://rsa.example"


class Reached(Exception):
    """A handler was called."""


@dataclass
class Attacker:
    """Has the public keys, a true token of their own, and a service's key that is not the one
    it calls itself by. ``rsa``, ``es``: keys of issuers that are trusted."""

    folder: Path

    def __post_init__(self) -> None:
        generate_service_keys(self.folder, ["keyring", "vault", "agenda"])
        self.issuer = DevelopmentIssuer.at(self.folder / "issuer.pem")
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.es = ec.generate_private_key(ec.SECP256R1())
        entries = [self.issuer.entry(), self._entry("r", "RS256", self.rsa)]
        entries.append(self._entry("e", "ES256", self.es))
        (self.folder / "issuers.json").write_text(json.dumps(entries))

    def _entry(self, kid: str, alg: str, key: Any) -> dict[str, Any]:
        return {
            "iss": OTHER_ISSUER, "kid": kid, "alg": alg, "kinds": ["patient"],
            "public_key": _pem(key).decode(),
        }  # fmt: skip

    def settings(self) -> CommonSettings:
        return settings_in(self.folder)

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(SystemClock().now().timestamp())
        said = {
            "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 60, "jti": uuid4().hex,
            "sub": RECORD, "kind": "patient", "record_id": RECORD,
        }  # fmt: skip
        return {**said, **changed}


def _pem(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return found


def _unchecked(token: str, key: bytes, alg: str) -> str:
    """The same claims, signed by HMAC with a public key: PyJWT itself refuses to make one."""
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    head = jwt.utils.base64url_encode(json.dumps({"alg": alg, "kid": KID}).encode())
    signed = head + b"." + token.split(".")[1].encode()
    return (signed + b"." + jwt.utils.base64url_encode(hmac.sign(signed, key))).decode()


Forgery = Callable[[Attacker, str, str], str]
"""A token for ``method`` of ``service``."""
FORGERIES: dict[str, Forgery] = {}


def forgery(make: Forgery) -> Forgery:
    FORGERIES[make.__name__] = make
    return make


def _signed(who: Attacker, headers: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode(
        who.claims(**changed), who.issuer._key, "EdDSA", headers={"kid": KID, **(headers or {})}
    )


@forgery
def none_at_all(who: Attacker, service: str, method: str) -> str:
    return ""


@forgery
def not_signed(who: Attacker, service: str, method: str) -> str:
    return jwt.encode(who.claims(), "", algorithm="none", headers={"kid": KID})


@forgery
def signature_cut_off(who: Attacker, service: str, method: str) -> str:
    return _signed(who).rpartition(".")[0] + "."


@forgery
def another_persons_claims(who: Attacker, service: str, method: str) -> str:
    head, _, signature = _signed(who).split(".")
    return ".".join([head, _signed(who, record_id=str(uuid4())).split(".")[1], signature])


@forgery
def another_key(who: Attacker, service: str, method: str) -> str:
    return jwt.encode(who.claims(), Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": KID})


@forgery
def expired(who: Attacker, service: str, method: str) -> str:
    now = who.claims()["iat"]
    return _signed(who, iat=now - 200, exp=now - 10)


@forgery
def from_the_future(who: Attacker, service: str, method: str) -> str:
    now = who.claims()["iat"]
    return _signed(who, iat=now + 60, exp=now + 120)


@forgery
def that_lives_too_long(who: Attacker, service: str, method: str) -> str:
    return _signed(who, exp=who.claims()["iat"] + 301)


@forgery
def for_another_audience(who: Attacker, service: str, method: str) -> str:
    return _signed(who, aud="another platform")


@forgery
def of_an_unknown_issuer(who: Attacker, service: str, method: str) -> str:
    return _signed(who, iss="https://evil.example")


@forgery
def of_another_issuers_key(who: Attacker, service: str, method: str) -> str:
    return jwt.encode(who.claims(), who.rsa, "RS256", headers={"kid": "r"})


@forgery
def of_a_kind_its_issuer_may_not_vouch_for(who: Attacker, service: str, method: str) -> str:
    said = who.claims(iss=OTHER_ISSUER, kind="operator")
    return jwt.encode(said, who.es, "ES256", headers={"kid": "e"})


@forgery
def hmac_with_the_rsa_public_key(who: Attacker, service: str, method: str) -> str:
    said = jwt.encode(who.claims(iss=OTHER_ISSUER), who.rsa, "RS256", headers={"kid": "r"})
    return _unchecked(said, _pem(who.rsa), "HS256")


@forgery
def hmac_with_our_public_key_called_eddsa(who: Attacker, service: str, method: str) -> str:
    return _unchecked(_signed(who), _pem(who.issuer._key), "EdDSA")


@forgery
def with_a_key_of_its_own(who: Attacker, service: str, method: str) -> str:
    mine = Ed25519PrivateKey.generate()
    x = jwt.utils.base64url_encode(
        mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    ).decode()
    own = {"kid": KID, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}}
    return jwt.encode(who.claims(), mine, "EdDSA", headers=own)


@forgery
def whose_key_is_a_file(who: Attacker, service: str, method: str) -> str:
    return _signed(who, {"kid": "../../../../dev/null"})


@forgery
def whose_key_is_a_query(who: Attacker, service: str, method: str) -> str:
    return _signed(who, {"kid": "x' UNION SELECT 'k", "jku": "http://169.254.169.254/"})


@forgery
def of_a_critical_extension(who: Attacker, service: str, method: str) -> str:
    return _signed(who, {"crit": ["b64"], "b64": False})


@forgery
def beyond_all_measure(who: Attacker, service: str, method: str) -> str:
    return _signed(who, sub="a" * 20_000)


@forgery
def of_a_service_by_an_issuer(who: Attacker, service: str, method: str) -> str:
    return _signed(who, {"typ": TYPE}, iss="keyring", aud=service)


def _by_agenda(
    who: Attacker, service: str, method: str, body: bytes = NOTHING, *, ahead: float = 0.0
) -> str:
    clock = who.folder / "clock"
    clock.write_text(str(ahead))
    tokens = ServiceTokens("agenda", private_key(who.folder, "agenda"), ShiftedClock(clock))
    return tokens.for_call(service, digest(service, method, body), None)


@forgery
def of_a_service_that_calls_itself_another(who: Attacker, service: str, method: str) -> str:
    tokens = ServiceTokens("keyring", private_key(who.folder, "agenda"), SystemClock())
    return tokens.for_call(service, digest(service, method, NOTHING), None)


@forgery
def of_a_service_to_another(who: Attacker, service: str, method: str) -> str:
    return _by_agenda(who, "audit" if service != "audit" else "vault", method)


@forgery
def of_a_service_for_another_method(who: Attacker, service: str, method: str) -> str:
    return _by_agenda(who, service, f"{method}_too")


@forgery
def of_a_service_for_another_request(who: Attacker, service: str, method: str) -> str:
    return _by_agenda(who, service, method, encode({"record_id": RECORD}))


@forgery
def of_a_service_an_hour_ago(who: Attacker, service: str, method: str) -> str:
    return _by_agenda(who, service, method, ahead=-timedelta(hours=1).total_seconds())


def methods_of(contract: Contract) -> tuple[Method, ...]:
    return (*contract.methods, *OUTBOX_METHODS)


def door(who: Attacker, contract: Contract) -> Answerer:
    def reached(*_: object) -> Any:
        raise Reached

    outbox: Any = type("Outbox", (), dict.fromkeys(("events", "head", "leaves"), reached))
    handlers = {method.name: reached for method in contract.methods}
    served = Served(settings=who.settings(), handlers=handlers, outbox=outbox)
    return Answerer(contract, served, RpcSettings())


def refusal(door: Answerer, method: str, token: str) -> str:
    headers = {AUTHORIZATION: token} if token else {}
    with door.answering(Delivery(method=method, body=NOTHING, headers=headers)) as reply:
        assert reply
        return str(json.loads(reply)["error"]["exc_args"][0]["code"])


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Attacker:
    return Attacker(tmp_path_factory.mktemp("tokens"))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.service)
def test_no_forged_token_opens_any_method(attacker: Attacker, contract: Contract) -> None:
    """Refused before the request is looked at, whatever the method."""
    entry = door(attacker, contract)
    of_anybody = {name: forge(attacker, contract.service, "") for name, forge in FORGERIES.items()}
    opened = []
    for method in methods_of(contract):
        of_services = {
            name: FORGERIES[name](attacker, contract.service, method.name)
            for name in FORGERIES
            if name.startswith("of_a_service_")
        }
        opened += [
            (name, method.name)
            for name, token in {**of_anybody, **of_services}.items()
            if refusal(entry, method.name, token) != "unauthenticated"
        ]
    assert opened == []


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.service)
def test_a_service_token_opens_once(attacker: Attacker, contract: Contract) -> None:
    """Somebody who overheard it cannot use it again; the true one shows that the door opens."""
    entry = door(attacker, contract)
    for method in methods_of(contract):
        token = _by_agenda(attacker, contract.service, method.name)
        assert refusal(entry, method.name, token) != "unauthenticated"
        assert refusal(entry, method.name, token) == "unauthenticated"


def test_no_service_has_another_door() -> None:
    """Each entrypoint of RPC is made by `serve`, which checks tokens, and by nothing else."""
    for service in SERVICES:
        for name, calls in _made(ROOT / "services" / service / "entrypoints"):
            assert (name == "rpc") == ("serve" in calls), (service, name)
            assert not calls & {"rpc", "http", "event_handler", "consume"}, (service, name)


def _made(folder: Path) -> Iterator[tuple[str, set[str]]]:
    for file in sorted(folder.glob("*.py")):
        names = {
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call)
        }
        if file.stem != "__init__":
            yield file.stem, names
