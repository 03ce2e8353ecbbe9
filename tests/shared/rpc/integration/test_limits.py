"""Limits are settings; each is met here with a small value."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from shared.kernel.errors import DeadlineExceeded, TooMany, Unavailable
from tests.shared.rpc.place import Peer, deployment, serving, started
from tests.support.deadline import eventually


def test_a_caller_has_a_rate_of_their_own(amqp_uri: str, tmp_path: Path) -> None:
    """One caller's loop must not take the others' places."""
    with (
        serving(amqp_uri, tmp_path, CARNET_RPC_RATE="0.001", CARNET_RPC_BURST="3") as place,
        place.client() as client,
    ):
        for _ in range(3):
            place.greet(client)
        with pytest.raises(TooMany):
            place.greet(client)
        other = str(uuid4())
        token = place.issuer.token("patient", record_id=other)
        assert client.call("greeter", "greet", {"record_id": other}, token=token)


def test_a_full_queue_refuses_its_publisher_at_once(amqp_uri: str, tmp_path: Path) -> None:
    """Maximum length with reject-publish: waiting longer than callers wait helps nobody."""
    settings = {"CARNET_RPC_WORKERS": "1", "CARNET_RPC_QUEUE_LENGTH": "2"}
    with (
        serving(amqp_uri, tmp_path, **settings) as place,
        Peer(amqp_uri) as peer,
        place.client() as client,
    ):
        nap = json.dumps({"args": [], "kwargs": {"seconds": 1.5}})
        headers = {"nameko.authorization": place.patient()}
        peer.send("greeter.nap", nap, application_headers=headers)
        eventually(lambda: place.metric("carnet_rpc_calls_in_progress", service="greeter") == 1)
        for _ in range(2):
            peer.send("greeter.nap", nap, application_headers=headers)
        eventually(lambda: peer.waiting() == 2)
        write = {"record_id": place.record_id, "content": "x", "request_id": uuid4()}
        with pytest.raises(Unavailable, match="too many requests waiting"):
            client.call("greeter", "write", write, token=place.patient())
        arguments = {"record_id": place.record_id}
        with pytest.raises(DeadlineExceeded):  # a query is not confirmed: its deadline tells
            client.call("greeter", "greet", arguments, token=place.patient(), timeout=0.2)


def test_requests_leave_the_queue_at_their_deadline(amqp_uri: str, tmp_path: Path) -> None:
    """Nobody waits for them any more; a service that comes back must not start with them."""
    with (
        serving(amqp_uri, tmp_path, CARNET_RPC_WORKERS="1") as place,
        Peer(amqp_uri) as peer,
        place.client() as client,
    ):
        headers = {"nameko.authorization": place.patient()}
        nap = json.dumps({"args": [], "kwargs": {"seconds": 1.5}})
        peer.send("greeter.nap", nap, application_headers=headers)
        eventually(lambda: place.metric("carnet_rpc_calls_in_progress", service="greeter") == 1)
        write = {"record_id": place.record_id, "content": "x", "request_id": uuid4()}
        with pytest.raises(DeadlineExceeded):
            client.call("greeter", "write", write, token=place.patient(), timeout=0.3)
        eventually(lambda: peer.waiting() == 0, within=1)
        eventually(lambda: place.ran() == ["nap"])
        place.greet(client)
        assert place.ran() == ["nap"]


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("CARNET_RPC_WORKER", "2", "did you mean CARNET_RPC_WORKERS?"),
        ("CARNET_RPC_RATE", "fast", "CARNET_RPC_RATE is not a valid float"),
        ("CARNET_ENVIRONMENT", "staging", "CARNET_ENVIRONMENT is production or development"),
        ("CARNET_SERVICE_KEYS_DIR", "/nowhere", "CARNET_SERVICE_KEYS_DIR"),
        ("CARNET_ISSUERS_FILE", "/nowhere", "CARNET_ISSUERS_FILE"),
        ("CARNET_LOG_LEVEL", "loud", "CARNET_LOG_LEVEL"),
    ],
)
def test_settings_that_refuse_end_the_process_with_one_line(
    tmp_path: Path, variable: str, value: str, says: str
) -> None:
    """Also those met while services are being built, inside nameko's threads."""
    environ, _ = deployment("pyamqp://guest:guest@127.0.0.1:1//", tmp_path, **{variable: value})
    with started(environ, tmp_path / "log") as process:
        assert process.wait(timeout=20) == 1
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 1
    assert says in lines[0]
