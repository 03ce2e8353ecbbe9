"""Some services as deployed: their own process, a real broker, keys and stores of their own."""

import json
import os
import secrets
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from scripts.cli.processes import SERVICES
from scripts.machine.kept import Kept
from scripts.machine.seaweedfs import ObjectStore
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.clock import ShiftedClock
from shared.rpc.client import RpcClient

ROOT = Path(__file__).parents[2]
START = 180.0
"""Seconds for a process to be ready."""


@dataclass
class Running:
    """Call the services as someone; move their clock; look at what they wrote."""

    home: Path
    amqp_uri: str
    clients: list[RpcClient] = field(default_factory=list)

    @property
    def clock(self) -> ShiftedClock:
        return ShiftedClock(self.home / "clock")

    def move(self, by: timedelta) -> None:
        """The services' clock, and that of the tokens made here, goes on by that much."""
        file = self.home / "clock"
        ahead = float(file.read_text()) if file.exists() else 0.0
        file.write_text(str(ahead + by.total_seconds()))

    def call(self, target: str, kind: str, arguments: dict[str, Any], **claims: Any) -> Any:
        """``target``: ``service.method``; ``kind``: of actor, with the claims of their token."""
        service, _, method = target.partition(".")
        issuer = DevelopmentIssuer.at(self.home / "issuer.pem", self.clock)
        return self._client().call(service, method, arguments, token=issuer.token(kind, **claims))

    def command(self, target: str, kind: str, arguments: dict[str, Any], **claims: Any) -> Any:
        return self.call(target, kind, {"request_id": uuid4()} | arguments, **claims)

    def call_as_service(self, caller: str, target: str, arguments: dict[str, Any]) -> Any:
        service, _, method = target.partition(".")
        key = private_key(self.home / "keys", caller)
        tokens = ServiceTokens(caller, key, self.clock)
        client = RpcClient(self.amqp_uri, tokens=tokens)
        try:
            return client.call(service, method, arguments)
        finally:
            client.close()

    def logs(self) -> str:
        return "".join(file.read_text() for file in sorted(self.home.glob("*.log")))

    def _client(self) -> RpcClient:
        if not self.clients:
            self.clients.append(RpcClient(self.amqp_uri))
        return self.clients[0]


@contextmanager
def running(
    amqp_uri: str,
    home: Path,
    *processes: Sequence[str],
    objects: ObjectStore | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Running]:
    """Each of ``processes`` is the entrypoints of one process; started in that order.
    ``objects``: for the services that keep documents. ``settings``: further ``CARNET_*`` variables.
    """
    place = Running(home, amqp_uri)
    environ = settings_of(home, amqp_uri) | (_bucket(objects) if objects else {}) | dict(settings)
    kept: list[Kept] = []
    try:
        for number, entrypoints in enumerate(processes):
            port = free_port()
            process = Kept(f"process-{number}", home)
            kept.append(process)
            process.start(
                [sys.executable, "-m", "services", *entrypoints],
                environ=environ | {"CARNET_HTTP_PORT": str(port)},
            )
            process.wait_until(partial(_is_ready, port), within=START)
        yield place
    finally:
        for client in place.clients:
            client.close()
        for process in reversed(kept):
            process.stop()


def settings_of(home: Path, amqp_uri: str) -> dict[str, str]:
    generate_service_keys(home / "keys", SERVICES)
    issuer = DevelopmentIssuer.at(home / "issuer.pem")
    (home / "issuers.json").write_text(json.dumps([issuer.entry()]))
    kek = home / "kek"
    kek.touch(mode=0o600)
    kek.write_text(secrets.token_hex(32))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": amqp_uri,
        "CARNET_SERVICE_KEYS_DIR": str(home / "keys"),
        "CARNET_ISSUERS_FILE": str(home / "issuers.json"),
        "CARNET_KEK_FILE": str(kek),
        "CARNET_DATA_DIR": str(home),
        "CARNET_CLOCK_FILE": str(home / "clock"),
        "CARNET_IDENTITY_SWEEP_SECONDS": "0.2",
        "CARNET_AGENDA_SWEEP_SECONDS": "0.2",
        "CARNET_ACCESS_SWEEP_SECONDS": "0.2",
    }


def _bucket(objects: ObjectStore) -> dict[str, str]:
    return {
        "CARNET_S3_ENDPOINT": objects.endpoint,
        "CARNET_S3_ACCESS_KEY": objects.access_key,
        "CARNET_S3_SECRET_KEY": objects.secret_key,
        "CARNET_S3_BUCKET_PREFIX": f"t{uuid4().hex[:12]}-",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return False
    except OSError:
        return False
