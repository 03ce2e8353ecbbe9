"""Keyring as deployed: its own process, a real broker, a service that seals with its keys."""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.kept import Kept
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.crypto.remote_keys import RemoteKeys
from shared.kernel.clock import SystemClock
from shared.kernel.common import CommonSettings
from shared.kernel.errors import Forbidden, Unauthenticated, Unavailable
from shared.rpc.client import RpcClient
from shared.rpc.keys import remote_keys
from tests.support.deadline import eventually

ROOT = Path(__file__).parents[3]


class Deployed:
    def __init__(self, folder: Path, amqp_uri: str) -> None:
        generate_service_keys(folder / "keys", ["keyring", "identity", "vault"])
        self.issuer = DevelopmentIssuer.at(folder / "issuer.key")
        (folder / "issuers.json").write_text(json.dumps([self.issuer.entry()]))
        kek = folder / "kek"
        kek.touch(0o600)
        kek.write_text(secrets.token_hex(32))
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CARNET_ENVIRONMENT": "development",
            "CARNET_AMQP_URI": amqp_uri,
            "CARNET_SERVICE_KEYS_DIR": str(folder / "keys"),
            "CARNET_ISSUERS_FILE": str(folder / "issuers.json"),
            "CARNET_DATA_DIR": str(folder / "data"),
            "CARNET_KEK_FILE": str(kek),
        }
        self.settings = CommonSettings.read(self.environ)
        self.clients: dict[str, RpcClient] = {}

    def client(self, service: str) -> RpcClient:
        if service not in self.clients:
            key = private_key(self.settings.service_keys_dir, service)
            tokens = ServiceTokens(service, key, SystemClock())
            self.clients[service] = RpcClient(self.settings.amqp_uri, tokens=tokens)
        return self.clients[service]

    def keys(self, service: str) -> RemoteKeys:
        client = self.client(service)
        return remote_keys(client, self.settings, service, create=service == "identity")

    def answers(self) -> bool:
        try:
            return bool(self.keys("vault").key(date(2026, 3, 1)))
        except Unavailable:
            return False


@pytest.fixture
def deployed(tmp_path: Path, amqp_uri: str) -> Iterator[Deployed]:
    deployed = Deployed(tmp_path, amqp_uri)
    process = Kept("keyring", tmp_path)
    names = ["keyring.rpc", "keyring.project", "keyring.timers"]
    process.start([sys.executable, "-m", "services", *names], environ=deployed.environ)
    try:
        eventually(deployed.answers, within=30)
        yield deployed
    finally:
        for client in deployed.clients.values():
            client.close()
        process.stop()


def test_the_life_of_a_key_over_the_wire(deployed: Deployed) -> None:
    """
    Made for a record, opened by a service, destroyed, and seen as erased by all.
    """
    record = uuid4()
    made = deployed.keys("identity").current(record)
    opened = deployed.keys("vault").current(record)
    assert made.secret != opened.secret
    assert deployed.keys("vault").exact(record, 1) == opened

    deployed.client("identity").call(
        "keyring",
        "destroy",
        {"request_id": uuid4(), "record_id": record, "certificate_of": uuid4()},
    )

    with pytest.raises(KeyErased):
        deployed.keys("vault").current(record)


def test_a_stranger_gets_no_key(deployed: Deployed) -> None:
    """
    No token, a person's token, another service's name: none opens anything.
    """
    record = uuid4()
    deployed.keys("identity").current(record)
    arguments = {"record_id": record, "purpose": "use", "recipient": "11" * 32}
    anyone = RpcClient(deployed.settings.amqp_uri)
    deployed.clients["anyone"] = anyone
    patient = deployed.issuer.token("patient", record_id=str(record))

    with pytest.raises(Unauthenticated):
        anyone.call("keyring", "open_key", arguments)
    with pytest.raises(Forbidden):
        anyone.call("keyring", "open_key", arguments, token=patient)
    pretender = RemoteKeys(
        lambda method, given: deployed.client("vault").call("keyring", method, given),
        service="identity",
        keyring_key=private_key(deployed.settings.service_keys_dir, "keyring").public_key(),
    )
    with pytest.raises(KeyUnavailable):
        pretender.current(record)
