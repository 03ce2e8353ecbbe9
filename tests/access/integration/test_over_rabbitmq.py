"""As deployed: keyring and access in their processes, called over a real broker."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.kept import Kept
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.actor import ActorKind
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Forbidden, InvalidRequest, Unavailable
from shared.rpc.client import RpcClient
from tests.access.support.people import RECORD
from tests.support.deadline import eventually

ROOT = Path(__file__).parents[3]
PROCESSES = ("keyring.rpc", "access.rpc", "access.project", "access.follow")


@pytest.fixture
def vault(amqp_uri: str, tmp_path: Path) -> Iterator[RpcClient]:
    """The services up, and a client that calls as the service vault."""
    keys = tmp_path / "keys"
    generate_service_keys(keys, ("keyring", "access", "identity", "vault"))
    issuers = tmp_path / "issuers.json"
    issuers.write_text(json.dumps([issuer(tmp_path).entry()]))
    kek = tmp_path / "kek"
    kek.touch(mode=0o600)
    kek.write_text(f"{'1' * 64}\n")
    kept = Kept("services", tmp_path / "services")
    (tmp_path / "services").mkdir()
    kept.start(
        [sys.executable, "-m", "services", *PROCESSES],
        environ={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CARNET_ENVIRONMENT": "development",
            "CARNET_AMQP_URI": amqp_uri,
            "CARNET_SERVICE_KEYS_DIR": str(keys),
            "CARNET_ISSUERS_FILE": str(issuers),
            "CARNET_DATA_DIR": str(tmp_path / "data"),
            "CARNET_KEK_FILE": str(kek),
        },
    )
    clock = SystemClock()
    tokens = ServiceTokens("vault", private_key(keys, "vault"), clock)
    client = RpcClient(amqp_uri, tokens=tokens, timeout=20)
    try:
        yield client
    finally:
        client.close()
        kept.stop()


def issuer(folder: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer.at(folder / "issuer.pem")


@pytest.mark.slow
def test_access_answers_over_the_broker(vault: RpcClient, tmp_path: Path) -> None:
    """
    The wiring, end to end: tokens, contract, keys from keyring, a decision saved and explained.
    """
    ask = {"record_id": str(RECORD), "action": "read", "resource": {"kind": "record"}}
    eventually(lambda: answers(vault), within=30)

    decided = vault.call("access", "decide", ask)

    assert decided["permit"] is False
    assert "record_not_active" in decided["reasons"]
    mandate = {
        "id": "mandate-1", "scope": "all", "expires": "2030-01-01T00:00:00Z",
        "physician_present": False,
    }  # fmt: skip
    auditor = issuer(tmp_path).token(ActorKind.AUDITOR, mandate=mandate)
    asked = {"decision_id": decided["decision_id"]}
    explained = vault.call("access", "explain", asked, token=auditor)
    assert explained["rules"][0]["law"] == "CSP R1111-28, R1111-36"
    assert vault.call("access", "redecide", asked, token=auditor)["differs"] is False

    patient = issuer(tmp_path).token(ActorKind.PATIENT, record_id=str(RECORD))
    with pytest.raises(Forbidden):
        vault.call("access", "decide", ask, token=patient)
    with pytest.raises(InvalidRequest) as refused:
        vault.call("access", "decide", {**ask, "action": "burn"})
    assert "action" in refused.value.fields
    named = {
        "request_id": str(uuid4()), "record_id": str(RECORD), "professional": "899700000001",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        vault.call("access", "name_treating_doctor", named, token=patient)


def answers(client: RpcClient) -> bool:
    try:
        return bool(client.call("access", "head", {}, timeout=2)["position"])
    except Unavailable:
        return False
