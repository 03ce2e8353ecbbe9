"""A process that serves says when its event store does not answer, and when it does again."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

from scripts.machine.kept import Kept
from scripts.machine.postgresql import running_database
from tests.support.deadline import eventually
from tests.support.running import free_port, settings_of


def test_who_serves_is_not_ready_without_its_event_store(amqp_uri: str, tmp_path: Path) -> None:
    """DESIGN, section 12: an operator who is told that calls fail looks at what is not ready."""
    port = free_port()
    process = Kept("keyring", tmp_path)
    with running_database() as server:
        where = {"CARNET_POSTGRES_DSN": server.new_database(), "CARNET_HTTP_PORT": str(port)}
        process.start(
            [sys.executable, "-m", "services", "keyring.rpc"],
            environ=settings_of(tmp_path, amqp_uri) | where,
        )
        try:
            eventually(lambda: unready(port) == {}, within=60)
            server.stop()
            eventually(
                lambda: unready(port) == {"keyring event store": "the event store is out of reach"},
                within=30,
            )
            server.start()
            eventually(lambda: unready(port) == {}, within=60)
        finally:
            process.stop()


def unready(port: int) -> dict[str, str] | None:
    """What is not well, by name; ``None`` while nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=20) as answer:
            body = answer.read()
    except urllib.error.HTTPError as answer:
        body = answer.read()
    except OSError:
        return None
    found: dict[str, str] = json.loads(body)["unready"]
    return found
