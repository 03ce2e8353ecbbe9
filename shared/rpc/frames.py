"""What comes from the broker: deliveries are read here, all else is py-amqp's.

A delivery is three frames or more (AMQP 0-9-1, 4.2); py-amqp takes three times as long for them,
which is a fifth of a call, and dies of what it cannot decode: the connection would be lost, and the
message handed to the next replica, and so on. Here such a part is left out; what is left of the
message says too little to be answered, and is dropped like any other malformed delivery.
"""

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any, NamedTuple

import amqp
from amqp import spec
from amqp.exceptions import UnexpectedFrame
from amqp.serialization import loads

from shared.eventing.reading import READ_SIZE

METHOD, HEADER, BODY = 1, 2, 3
FRAME_END = b"\xce"
HAS_TYPE, HAS_ENCODING, HAS_HEADERS, HAS_MODE = 0x8000, 0x4000, 0x2000, 0x1000
HAS_PRIORITY, HAS_CORRELATION_ID, HAS_REPLY_TO, HAS_EXPIRATION = 0x0800, 0x0400, 0x0200, 0x0100
"""Flags of properties, which come in this order."""
_FRAME = Struct(">BHI")
_CONTENT = Struct(">HHQ")
"""Of a header frame: class, weight, size of the body; flags and properties come after."""
_FLAGS = Struct(">H")
_TAG = Struct(">Q?")
_DELIVER = Struct(">HH").pack(*spec.Basic.Deliver)
_NOBODYS = -1


class Delivered(NamedTuple):
    """A message as a peer sent it: nothing in it is trusted. What could not be decoded is empty."""

    channel: amqp.Channel
    """The one it came on: an acknowledgement on another would be of another delivery."""
    tag: int
    redelivered: bool
    routing_key: str
    content_type: str
    headers: Mapping[str, Any]
    correlation_id: str | None
    reply_to: str
    body: bytes


class Incoming:
    """Of one connection, whose deliveries come on ``channel``; nobody else reads it any more."""

    def __init__(self, channel: amqp.Channel, delivered: Callable[[Delivered], None]) -> None:
        self._channel = channel
        self._delivered = delivered
        self._connection = channel.connection
        transport = self._connection.transport
        self._receive: Callable[[int], bytes] = transport._quick_recv
        self._unread, transport._read_buffer = bytes(transport._read_buffer), b""
        self._on = _NOBODYS
        """The channel that the rest of a delivery is expected on."""
        self._method = self._header = b""
        self._parts: list[bytes] = []
        self._missing = 0
        """Bytes of its body that are still to come."""

    def read(self) -> None:
        """Wait for the broker, and pass on what it says. :class:`OSError` where it is gone."""
        if not (came := self._receive(READ_SIZE)):
            raise ConnectionResetError("the broker closed the connection")
        self._connection.bytes_recv += 1  # as py-amqp counts: a heartbeat is for silence
        self.take(came)

    def take(self, came: bytes) -> None:
        unread, at = self._unread + came, 0
        while len(unread) - at >= _FRAME.size:
            kind, channel, size = _FRAME.unpack_from(unread, at)
            end = at + _FRAME.size + size
            if end >= len(unread):
                break
            if unread[end : end + 1] != FRAME_END:
                raise UnexpectedFrame("a frame does not end where it says")
            self._frame(kind, channel, unread[at + _FRAME.size : end])
            at = end + 1
        self._unread = unread[at:]

    def _frame(self, kind: int, channel: int, payload: bytes) -> None:
        if kind == METHOD and payload.startswith(_DELIVER):
            self._on, self._method = channel, payload
            return
        if channel != self._on or kind == METHOD:
            self._connection.on_inbound_frame((kind, channel, payload))
            return
        if kind == HEADER:
            self._header = payload
            self._missing = _CONTENT.unpack_from(payload)[2]
        else:
            self._parts.append(payload)
            self._missing -= len(payload)
        if not self._missing:
            body, self._parts, self._on = b"".join(self._parts), [], _NOBODYS
            self._delivered(_read(self._channel, self._method, self._header, body))


def _read(channel: amqp.Channel, method: bytes, header: bytes, body: bytes) -> Delivered:
    tag_at = len(_DELIVER) + 1 + method[len(_DELIVER)]  # after the consumer's tag, which is ours
    tag, redelivered = _TAG.unpack_from(method, tag_at)
    exchange_at = tag_at + _TAG.size
    key_at = exchange_at + 1 + method[exchange_at] + 1
    try:
        routing_key = method[key_at:].decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        routing_key = ""
    try:
        properties = _properties(header)
    except Exception:  # noqa: BLE001 - whatever a peer's properties make the decoder raise
        properties = ("", {}, None, "")
    return Delivered(channel, tag, redelivered, routing_key, *properties, body)


def _properties(header: bytes) -> tuple[str, Mapping[str, Any], str | None, str]:
    """Content type, headers, correlation id and reply address."""
    [flags], at = _FLAGS.unpack_from(header, _CONTENT.size), _CONTENT.size + _FLAGS.size
    content_type, correlation_id, reply_to = "", None, ""
    headers: Mapping[str, Any] = {}
    if flags & HAS_TYPE:
        content_type, at = _short(header, at)
    if flags & HAS_ENCODING:
        at += 1 + header[at]
    if flags & HAS_HEADERS:
        [headers], at = loads("F", header, at)
    at += bool(flags & HAS_MODE) + bool(flags & HAS_PRIORITY)
    if flags & HAS_CORRELATION_ID:
        correlation_id, at = _short(header, at)
    if flags & HAS_REPLY_TO:
        reply_to, at = _short(header, at)
    return content_type, headers, correlation_id, reply_to


def _short(text: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + text[at]
    return text[at + 1 : end].decode("utf-8", "surrogatepass"), end
