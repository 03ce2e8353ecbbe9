"""What any peer may put in a queue never stops a process, never comes back, is never logged."""

import json
import struct
import time
from typing import Any

import amqp
import pytest

from shared.rpc import frames
from tests.shared.rpc.place import Peer, Place
from tests.support.deadline import eventually

GOOD = json.dumps({"args": [], "kwargs": {}})
SECRET = "KAMARA-180011312345678"


def token_of(place: Place) -> dict[str, str]:
    return {"nameko.authorization": place.patient()}


def still_answers(place: Place) -> None:
    with place.client() as client:
        assert place.greet(client)["text"] == "hello you "


MALFORMED: list[tuple[str, dict[str, Any], bytes]] = [
    ("reply_to", {"reply_to": None}, GOOD.encode()),
    ("reply_to", {"reply_to": ""}, GOOD.encode()),
    ("reply_to", {"reply_to": "greeter.greet"}, GOOD.encode()),
    ("content_type", {"content_type": None}, GOOD.encode()),
    ("content_type", {"content_type": "application/x-python-serialize"}, b"\x80\x04."),
    ("content_type", {"content_type": "text/plain"}, GOOD.encode()),
    ("body", {}, SECRET.encode()),
    ("body", {}, b'{"args": [], "kwargs": {"name": "' + SECRET.encode()),
    ("body", {}, b""),
    ("body", {}, b"\xff\xfe\x00"),
    ("body", {}, b"[" * 100_000),
    ("body", {}, b"[]"),
    ("body", {}, b'{"args": [], "kwargs": {"times": NaN}}'),
    ("body", {"content_encoding": "gzip"}, b"\x1f\x8b" + SECRET.encode()),
    ("body", {}, b"9" * 5_000),
]


@pytest.mark.parametrize(("reason", "properties", "body"), MALFORMED)
def test_it_is_acknowledged_counted_and_dropped(
    place: Place, peer: Peer, reason: str, properties: dict[str, Any], body: bytes
) -> None:
    """CONTRACT, Wire. Stock nameko dies of such a message and hands it to the next replica. Bodies
    are those of a caller who may ask: nobody else's are read."""
    before = place.metric("carnet_rpc_dropped_total", service="greeter", reason=reason)
    answered = place.answered()
    peer.send("greeter.greet", body, application_headers=token_of(place), **properties)
    eventually(
        lambda: (
            place.metric("carnet_rpc_dropped_total", service="greeter", reason=reason) == before + 1
        )
    )
    eventually(lambda: peer.waiting() == 0)
    assert place.answered() == answered, "no reply may go anywhere, least of all to a service"
    still_answers(place)
    assert SECRET not in place.log.read_text()


def test_what_cannot_even_be_read_is_dropped(place: Place, peer: Peer) -> None:
    """A routing key, a property and headers that py-amqp cannot decode: its reader would raise,
    the connection be lost and the message come back, to this replica or the next."""
    before = place.metric("carnet_rpc_dropped_total", service="greeter", reason="reply_to")
    undecodable = [
        (b"greeter.\xff\xfe", _properties(reply_to=b"x")),
        (b"greeter.greet", _properties(reply_to=b"\xff\xfe")),
        (b"greeter.greet", _properties(headers=b"\x01kT" + struct.pack(">Q", 2**63))),
    ]
    for routing_key, properties in undecodable:
        _send_raw(peer, routing_key, properties, GOOD.encode())
    eventually(
        lambda: (
            place.metric("carnet_rpc_dropped_total", service="greeter", reason="reply_to")
            + place.metric("carnet_rpc_dropped_total", service="greeter", reason="routing_key")
            == before + 3
        )
    )
    eventually(lambda: peer.waiting() == 0)
    assert "broker_lost" not in place.log.read_text()
    still_answers(place)


def test_nothing_is_left_unacknowledged(place: Place, peer: Peer) -> None:
    """After all that, a full prefetch of naps must still run at once."""
    for reason, properties, body in MALFORMED:
        del reason
        peer.send("greeter.greet", body, application_headers=token_of(place), **properties)
    started = time.monotonic()
    headers = token_of(place)
    for _ in range(10):
        nap = json.dumps({"args": [], "kwargs": {"seconds": 0.3}})
        peer.send("greeter.nap", nap, application_headers=headers)
    for _ in range(10):
        assert peer.reply()["error"] is None
    assert time.monotonic() - started < 2.0


def _properties(*, reply_to: bytes = b"", headers: bytes = b"") -> bytes:
    """Basic properties written by hand: content type, then headers and reply_to if given."""
    flags = 0x8000 | (0x2000 if headers else 0) | (0x0200 if reply_to else 0)
    content_type = b"application/json"
    parts = [struct.pack(">H", flags), bytes([len(content_type)]), content_type]
    if headers:
        parts.append(struct.pack(">I", len(headers)) + headers)
    if reply_to:
        parts.append(bytes([len(reply_to)]) + reply_to)
    return b"".join(parts)


def _send_raw(peer: Peer, routing_key: bytes, properties: bytes, body: bytes) -> None:
    """One publish frame by frame: py-amqp itself would refuse to write these."""
    exchange = b"nameko-rpc"
    publish = struct.pack(">HHH", *amqp.spec.Basic.Publish, 0)
    publish += bytes([len(exchange)]) + exchange + bytes([len(routing_key)]) + routing_key + b"\0"
    header = struct.pack(">HHQ", 60, 0, len(body)) + properties
    for kind, payload in ((1, publish), (2, header), (3, body)):
        frame = struct.pack(">BHI", kind, peer.channel.channel_id, len(payload)) + payload
        peer.connection.transport.write(frame + b"\xce")
    assert frames.METHOD == 1
