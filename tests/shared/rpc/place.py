"""A deployment of one test service (``greeter.py``) on a real broker, and ways to call it."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp

from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.clock import SystemClock
from shared.rpc.client import RpcClient
from shared.rpc.link import _connection as connection
from tests.support.deadline import eventually

ROOT = Path(__file__).parents[3]


@dataclass
class Place:
    amqp_uri: str
    folder: Path
    environ: dict[str, str]
    log: Path
    runs: Path
    issuer: DevelopmentIssuer
    record_id: str
    process: subprocess.Popen[bytes]

    def patient(self, **claims: Any) -> str:
        return self.issuer.token("patient", **({"record_id": self.record_id} | claims))

    def client(self, service: str | None = None) -> RpcClient:
        """A script's client, or that of a service named here."""
        if service is None:
            return RpcClient(self.amqp_uri)
        key = private_key(self.folder / "keys", service)
        return RpcClient(self.amqp_uri, tokens=ServiceTokens(service, key, SystemClock()))

    def greet(self, client: RpcClient, **arguments: Any) -> Any:
        arguments = {"record_id": self.record_id} | arguments
        return client.call("greeter", "greet", arguments, token=self.patient())

    def ran(self) -> list[str]:
        return self.runs.read_text().splitlines() if self.runs.exists() else []

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def metric(self, name: str, **labels: str) -> float:
        port = self.environ["CARNET_HTTP_PORT"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
        wanted = name + "{" + ",".join(f'{k}="{v}"' for k, v in sorted(labels.items())) + "}"
        found = [line for line in text.splitlines() if line.startswith(wanted)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    def answered(self) -> int:
        """Calls that ended in a reply."""
        calls = [line for line in self.lines() if line["event"] == "call"]
        return len([line for line in calls if line["outcome"] != "dropped"])


def deployment(amqp_uri: str, folder: Path, **settings: str) -> tuple[dict[str, str], Any]:
    """The environment of a service process, and the issuer it trusts."""
    generate_service_keys(folder / "keys", ["greeter", "vault"])
    issuer = DevelopmentIssuer.at(folder / "issuer.key")
    (folder / "issuers.json").write_text(json.dumps([issuer.entry()]))
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "error",
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": amqp_uri,
        "CARNET_SERVICE_KEYS_DIR": str(folder / "keys"),
        "CARNET_ISSUERS_FILE": str(folder / "issuers.json"),
        "CARNET_DATA_DIR": str(folder),
        "CARNET_HTTP_PORT": str(free_port()),
        "GREETER_RUNS": str(folder / "runs"),
    }
    return environ | settings, issuer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(amqp_uri: str, folder: Path, **settings: str) -> Iterator[Place]:
    """The greeter, ready; stopped politely afterwards, and its exit looked at."""
    environ, issuer = deployment(amqp_uri, folder, **settings)
    log = folder / "log"
    with started(environ, log) as process:
        place = Place(
            amqp_uri=amqp_uri,
            folder=folder,
            environ=environ,
            log=log,
            runs=folder / "runs",
            issuer=issuer,
            record_id=str(uuid4()),
            process=process,
        )
        eventually(lambda: is_ready(place), within=30)
        yield place
        if process.returncode == -signal.SIGKILL:  # its test did that
            return
        process.terminate()
        assert process.wait(timeout=20) == 0, log.read_text()


@contextmanager
def started(environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A greeter's process with this environment, gone afterwards however the test ends."""
    command = [sys.executable, "-m", "tests.shared.rpc.greeter"]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_ready(place: Place) -> bool:
    assert place.process.poll() is None, place.log.read_text()
    port = place.environ["CARNET_HTTP_PORT"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2):
            return True
    except OSError:
        return False


class Peer:
    """A caller that has only py-amqp: sends anything, reads what comes back."""

    def __init__(self, amqp_uri: str) -> None:
        self.connection = connection(amqp_uri, "peer", 10, lambda _reason: None)
        self.connection.connect()
        self.channel = self.connection.channel()
        self.reply_to = uuid4().hex
        self.channel.queue_declare(self.reply_to, exclusive=True)
        self.channel.queue_bind(self.reply_to, "nameko-rpc", self.reply_to)

    def send(self, routing_key: str, body: bytes | str, **properties: Any) -> None:
        usual = {
            "content_type": "application/json",
            "content_encoding": "utf-8",
            "reply_to": self.reply_to,
            "correlation_id": "1",
        }
        kept = {k: v for k, v in (usual | properties).items() if v is not None}
        self.channel.basic_publish(amqp.Message(body, **kept), "nameko-rpc", routing_key)

    def reply(self, within: float = 10) -> Any:
        message = eventually(lambda: self.channel.basic_get(self.reply_to, no_ack=True), within)
        return json.loads(message.body)

    def waiting(self) -> int:
        """Requests in the greeter's queue that no consumer holds."""
        declared = self.channel.queue_declare("rpc-greeter", passive=True)
        return int(declared.message_count)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
