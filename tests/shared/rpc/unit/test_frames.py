"""What comes off the broker: written by py-amqp's own writer, read by us as py-amqp reads it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import amqp
import pytest
from amqp import spec
from amqp.exceptions import UnexpectedFrame
from amqp.method_framing import frame_handler, frame_writer
from amqp.serialization import dumps, loads

from shared.rpc.frames import Delivered, Incoming

FRAME_MAX = 4096
OURS, OTHER = 1, 2
LONG = b"x" * (2 * FRAME_MAX + 1)
"""Three frames."""
CALL = {
    "content_type": "application/json",
    "content_encoding": "utf-8",
    "application_headers": {"nameko.deadline": 1_795_000_000_000, "a": [1, {"b": True}], "é": None},
    "delivery_mode": 1,
    "priority": 3,
    "correlation_id": "c1",
    "reply_to": "q.é",
    "expiration": "5000",
    "message_id": "m1",
    "app_id": "x",
}
MESSAGES = [
    amqp.Message(b"{}", **CALL),
    amqp.Message(b"{}", content_type="application/json", correlation_id="c1"),
    amqp.Message(b""),
    amqp.Message(LONG, reply_to="r"),
    amqp.Message(b"{}", priority=0, reply_to="\ud800"),
]


class Theirs:
    """A connection of py-amqp's, as far as it reads and writes frames."""

    def __init__(self) -> None:
        self.frame_max, self.bytes_sent, self.bytes_recv = FRAME_MAX, 0, 0
        self.written = b""
        self.others: list[tuple[int, tuple[int, int]]] = []
        self.read: list[amqp.Message] = []
        self.transport = SimpleNamespace(write=self._write, _quick_recv=self._receive)
        self.transport._read_buffer = b""
        self.came: Iterator[bytes] = iter(())
        self.on_inbound_frame = frame_handler(self, self._on_method)

    def _write(self, frames: Any) -> None:
        self.written += bytes(frames)

    def _receive(self, _most: int) -> bytes:
        return next(self.came, b"")

    def _on_method(self, channel: int, method: tuple[int, int], args: bytes, content: Any) -> None:
        if method == spec.Basic.Deliver:
            _, tag, redelivered, _, key = loads("sLbss", args, 4)[0]
            content.delivery_info = {"tag": tag, "redelivered": redelivered, "key": key}
            self.read.append(content)
        else:
            self.others.append((channel, method))


@pytest.fixture
def theirs() -> Theirs:
    return Theirs()


@pytest.fixture
def taken() -> list[Delivered]:
    return []


@pytest.fixture
def incoming(theirs: Theirs, taken: list[Delivered]) -> Incoming:
    channel: Any = SimpleNamespace(channel_id=OURS, connection=theirs)
    return Incoming(channel, taken.append)


def delivery(message: amqp.Message, key: str = "vault.open", *, again: bool = False) -> bytes:
    arguments = dumps("sLbss", ("vault", 2**40, again, "nameko-rpc", key))
    return written(OURS, spec.Basic.Deliver, arguments, message)


def returned(channel: int) -> bytes:
    arguments = dumps("Bsss", (312, "NO_ROUTE", "nameko-rpc", "vault.open"))
    return written(channel, spec.Basic.Return, arguments, amqp.Message(b"{}"))


def written(channel: int, method: tuple[int, int], arguments: bytes, content: Any = None) -> bytes:
    whose = Theirs()
    frame_writer(whose, whose.transport)(1, channel, method, arguments, content)
    return whose.written


ACKNOWLEDGED = written(OTHER, spec.Basic.Ack, dumps("Lb", (7, False)))


@pytest.mark.parametrize("message", MESSAGES, ids=["call", "reply", "nothing", "frames", "odd"])
@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("size", [1, 7, 100, 10**6])
def test_a_delivery_is_read_as_py_amqp_reads_it(
    incoming: Incoming,
    theirs: Theirs,
    taken: list[Delivered],
    message: amqp.Message,
    again: bool,
    size: int,
) -> None:
    """However the socket cuts it."""
    frames = delivery(message, again=again) * 2
    for at in range(0, len(frames), size):
        incoming.take(frames[at : at + size])
    reader = Incoming(taken[0].channel, taken.append)
    reader._frame = lambda *frame: theirs.on_inbound_frame(frame)  # type: ignore[method-assign]  # theirs alone
    reader.take(frames)
    for mine, read in zip(taken, theirs.read, strict=True):
        said = read.properties
        assert mine[1:4] == tuple(read.delivery_info.values())
        assert mine.content_type == said.get("content_type", "")
        assert mine.headers == said.get("application_headers", {})
        assert mine.correlation_id == said.get("correlation_id")
        assert mine.reply_to == said.get("reply_to", "")
        assert mine.body == (read.body or b"")


def test_the_rest_is_py_amqps(incoming: Incoming, theirs: Theirs, taken: list[Delivered]) -> None:
    """What comes back to its sender has a header and a body as well, and may come between the
    frames of a delivery on another channel."""
    head, *rest = parted(delivery(MESSAGES[3]))
    between = parted(returned(OTHER))
    incoming.take(head + between[0] + rest[0] + between[1] + rest[1] + between[2] + ACKNOWLEDGED)
    assert not taken
    incoming.take(b"".join(rest[2:]) + returned(OURS) + delivery(MESSAGES[1]))
    assert [one.body for one in taken] == [LONG, b"{}"]
    assert theirs.others == [
        (OTHER, spec.Basic.Return), (OTHER, spec.Basic.Ack), (OURS, spec.Basic.Return),
    ]  # fmt: skip


def parted(frames: bytes) -> list[bytes]:
    found = []
    while frames:
        end = 8 + int.from_bytes(frames[3:7], "big")
        found.append(frames[:end])
        frames = frames[end:]
    return found


def test_a_channel_that_the_broker_closes_within_a_delivery_is_closed(
    incoming: Incoming, theirs: Theirs, taken: list[Delivered]
) -> None:
    closed = written(OURS, spec.Channel.Close, dumps("BsBB", (406, "no", 60, 80)))
    incoming.take(parted(delivery(MESSAGES[3]))[0] + closed)
    assert (theirs.others, taken) == ([(OURS, spec.Channel.Close)], [])


@pytest.mark.parametrize(
    "properties",
    [
        b"\x02\x00\x02\xff\xfe",
        b"\x20\x00\x00\x00\x00\x0b\x01kT" + b"\xff" * 8,
        b"\x20\x00\x00\x00\x00\x03\x01k?",
        b"\x20\x00\x00\x00\xff\xff\x01kA" + b"\x00\x00\xff\xffA" * 9,
        b"\x80\x00",
        b"\xff\xff",
        b"",
    ],
    ids=["text", "instant", "type", "nested", "cut", "all", "none"],
)
def test_properties_that_cannot_be_decoded_are_left_out(
    incoming: Incoming, taken: list[Delivered], properties: bytes
) -> None:
    deliver, _, body = parted(delivery(MESSAGES[1]))
    header = b"\x00\x3c\x00\x00" + (2).to_bytes(8, "big") + properties
    frame = b"\x02\x00\x01" + len(header).to_bytes(4, "big") + header + b"\xce"
    incoming.take(deliver + frame + body + delivery(MESSAGES[1]))
    assert taken[0][3:] == ("vault.open", "", {}, None, "", b"{}")
    assert taken[1].content_type == "application/json"


def test_a_routing_key_that_is_no_text_is_left_out(
    incoming: Incoming, taken: list[Delivered]
) -> None:
    incoming.take(delivery(MESSAGES[1]).replace(b"vault.open", b"vault.\xff\xfe\xff\xff"))
    assert (taken[0].routing_key, taken[0].correlation_id) == ("", "c1")


def test_a_frame_that_does_not_end_where_it_says_ends_the_connection(incoming: Incoming) -> None:
    with pytest.raises(UnexpectedFrame):
        incoming.take(ACKNOWLEDGED[:-1] + b"\x00")


def test_what_py_amqp_had_read_is_not_lost(theirs: Theirs, taken: list[Delivered]) -> None:
    """It reads the answer to our last question, and what came with it. Each reading counts for
    the heartbeat; a broker that left is told from one that says nothing."""
    frames = delivery(MESSAGES[1])
    theirs.transport._read_buffer, theirs.came = frames[:20], iter([frames[20:]])
    incoming = Incoming(SimpleNamespace(channel_id=OURS, connection=theirs), taken.append)
    incoming.read()
    assert [one.correlation_id for one in taken] == ["c1"]
    assert (theirs.transport._read_buffer, theirs.bytes_recv) == (b"", 1)
    with pytest.raises(ConnectionResetError):
        incoming.read()
