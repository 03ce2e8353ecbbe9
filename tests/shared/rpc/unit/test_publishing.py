"""The frames that we write ourselves are, byte for byte, those of py-amqp's own writer."""

from types import SimpleNamespace
from typing import Any

import amqp
import pytest
from amqp import spec
from amqp.method_framing import frame_writer
from amqp.serialization import dumps

from shared.rpc import wire
from shared.rpc.publishing import Outgoing, ack, cancel, publish

FRAME_MAX = 4096
CONNECTION = SimpleNamespace(frame_max=FRAME_MAX, bytes_sent=0)
CHANNEL: Any = SimpleNamespace(channel_id=7, connection=CONNECTION)
CALL = Outgoing(
    body=b"{}",
    correlation_id="c1",
    headers={wire.DEADLINE: 1_795_000_000_000, wire.AUTHORIZATION: "a.b.c"},
    reply_to="q.é",
    expiration=5_000,
)


def theirs(
    method: tuple[int, int], layout: str, said: tuple[Any, ...], content: Any = None
) -> bytes:
    written: list[bytes] = []
    transport = SimpleNamespace(write=lambda data: written.append(bytes(data)))
    write = frame_writer(CONNECTION, transport)
    write(1, CHANNEL.channel_id, method, dumps(layout, said), content)
    return b"".join(written)


def as_theirs(message: Outgoing) -> amqp.Message:
    expiration = str(message.expiration) if message.expiration is not None else None
    said = {
        "application_headers": dict(message.headers) or None,
        "correlation_id": message.correlation_id,
        "reply_to": message.reply_to,
        "expiration": expiration,
    }
    return amqp.Message(
        message.body,
        content_type=wire.CONTENT_TYPE,
        content_encoding="utf-8",
        delivery_mode=1,
        **{name: value for name, value in said.items() if value is not None},
    )


@pytest.mark.parametrize(
    "message",
    [
        CALL,
        Outgoing(body=b"{}", correlation_id="c1"),
        Outgoing(body=b"", correlation_id=None),
        Outgoing(body=b"x" * (FRAME_MAX - 8), correlation_id="one whole frame"),
        Outgoing(body=b"x" * (2 * FRAME_MAX + 1), correlation_id="three frames"),
    ],
    ids=["call", "reply", "nothing", "a frame", "frames"],
)
@pytest.mark.parametrize("mandatory", [True, False])
def test_a_message(message: Outgoing, *, mandatory: bool) -> None:
    """A new version of the library that writes otherwise is noticed here. It marks a number of
    64 bits with L, which RabbitMQ's own clients do not read; we write l, which all do."""
    said = (0, wire.EXCHANGE, "vault.open", mandatory, False)
    expected = theirs(spec.Basic.Publish, "Bssbb", said, as_theirs(message))
    deadline = wire.DEADLINE.encode()
    expected = expected.replace(deadline + b"L", deadline + b"l")

    assert publish("vault.open", message, CHANNEL, mandatory=mandatory) == expected


def test_an_acknowledgement_and_a_cancellation() -> None:
    assert ack(CHANNEL, 2**40) == theirs(spec.Basic.Ack, "Lb", (2**40, False))
    assert cancel(CHANNEL, "vault") == theirs(spec.Basic.Cancel, "sb", ("vault", True))
