"""The bytes of a message on its way to the broker: method, header and body frames (AMQP 0-9-1,
4.2) in one piece, so that one write says all. py-amqp's own writer takes four times as long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from struct import pack

import amqp
from amqp import spec

from shared.rpc.frames import (
    BODY,
    FRAME_END,
    HAS_CORRELATION_ID,
    HAS_ENCODING,
    HAS_EXPIRATION,
    HAS_HEADERS,
    HAS_MODE,
    HAS_REPLY_TO,
    HAS_TYPE,
    HEADER,
    METHOD,
)
from shared.rpc.wire import CONTENT_TYPE, EXCHANGE

FRAME_OVERHEAD = 8
BASIC = spec.Basic.CLASS_ID
_TRANSIENT = b"\x01"
"""Delivery mode: the broker writes neither requests nor replies to its disk (ADR 0011)."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A request or a reply. ``expiration``: milliseconds, after which nobody waits for it."""

    body: bytes
    correlation_id: str | None
    headers: Mapping[str, str | int] = field(default_factory=dict)
    reply_to: str | None = None
    expiration: int | None = None


def publish(
    routing_key: str, message: Outgoing, channel: amqp.Channel, *, mandatory: bool
) -> bytes:
    """``basic.publish`` of the whole message on this channel.

    ``mandatory``: it comes back if no queue takes it. :class:`ValueError` where a short text
    is none.
    """
    number: int = channel.channel_id
    method = _TO_EXCHANGE + _short(routing_key) + (b"\1" if mandatory else b"\0")
    header = pack(">HHQ", BASIC, 0, len(message.body)) + _properties(message)
    size = channel.connection.frame_max - FRAME_OVERHEAD
    parts = range(0, len(message.body), size)
    return b"".join(
        (
            _frame(METHOD, number, method),
            _frame(HEADER, number, header),
            *(_frame(BODY, number, message.body[at : at + size]) for at in parts),
        )
    )


def ack(channel: amqp.Channel, tag: int) -> bytes:
    """``basic.ack`` of one delivery."""
    return _frame(METHOD, channel.channel_id, pack(">HHQB", *spec.Basic.Ack, tag, 0))


def cancel(channel: amqp.Channel, consumer_tag: str) -> bytes:
    """``basic.cancel``, to which no answer is wanted."""
    payload = pack(">HH", *spec.Basic.Cancel) + _short(consumer_tag) + b"\x01"
    return _frame(METHOD, channel.channel_id, payload)


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return pack(">BHI", kind, channel, len(payload)) + payload + FRAME_END


def _properties(message: Outgoing) -> bytes:
    """In the order of their flags, which say which are there."""
    flags = HAS_TYPE | HAS_ENCODING | HAS_MODE
    parts = [_JSON]
    if message.headers:
        flags |= HAS_HEADERS
        parts.append(_table(message.headers))
    parts.append(_TRANSIENT)
    if message.correlation_id is not None:
        flags |= HAS_CORRELATION_ID
        parts.append(_short(message.correlation_id))
    if message.reply_to is not None:
        flags |= HAS_REPLY_TO
        parts.append(_short(message.reply_to))
    if message.expiration is not None:
        flags |= HAS_EXPIRATION
        parts.append(_short(str(message.expiration)))
    return pack(">H", flags) + b"".join(parts)


def _short(text: str) -> bytes:
    """A short string, as py-amqp reads them: a caller's correlation id goes back as it came,
    whatever it is. ``bytes`` refuses a length of more than 255."""
    encoded = text.encode("utf-8", "surrogatepass")
    return bytes([len(encoded)]) + encoded


def _table(headers: Mapping[str, str | int]) -> bytes:
    items = b"".join([_name(name) + _value(value) for name, value in headers.items()])
    return pack(">I", len(items)) + items


def _value(value: str | int) -> bytes:
    if isinstance(value, int):
        return pack(">cq", b"l", value)
    encoded = value.encode()
    return pack(">cI", b"S", len(encoded)) + encoded


_name = cache(_short)
"""Of headers, which only our own code names."""
_TO_EXCHANGE = pack(">HHH", *spec.Basic.Publish, 0) + _short(EXCHANGE)
_JSON = _short(CONTENT_TYPE) + _short("utf-8")
