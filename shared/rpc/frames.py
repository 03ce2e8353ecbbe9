"""Reading what any peer may have sent, without dying of it.

py-amqp decodes routing keys and properties while it reads. One byte that is not UTF-8, or a
header type it does not know, would raise in the reader: the connection would be lost, and the
message handed to the next replica, and so on. Such a frame is read again without the part
that cannot be decoded; what is left of the message says too little to be answered, and is
dropped like any other malformed delivery.
"""

from collections.abc import Callable
from typing import Any

import amqp
from amqp import spec
from amqp.method_framing import frame_handler
from amqp.serialization import loads

Frame = tuple[int, int, bytes]
METHOD, HEADER, BODY = 1, 2, 3
_NO_PROPERTIES = b"\x00\x00"
_CLASS_WEIGHT_SIZE = 12
_DELIVER = (spec.Basic.Deliver[0] << 16 | spec.Basic.Deliver[1]).to_bytes(4, "big")


def tolerant(connection: amqp.Connection, callback: Callable[..., Any]) -> Callable[[Frame], bool]:
    """py-amqp's frame handler, for ``Connection(frame_handler=...)``."""
    on_frame = frame_handler(connection, callback)

    def handle(frame: Frame) -> bool:
        kind, channel, payload = frame
        if kind == METHOD and payload[:4] == _DELIVER:
            payload = _readable(payload)
        if kind != HEADER:
            return bool(on_frame((kind, channel, payload)))
        try:
            return bool(on_frame(frame))
        except Exception:  # noqa: BLE001 - whatever a peer's properties made the decoder raise
            return bool(on_frame((kind, channel, payload[:_CLASS_WEIGHT_SIZE] + _NO_PROPERTIES)))

    return handle


def _readable(payload: bytes) -> bytes:
    """The delivery, with no exchange and routing key if they cannot be decoded."""
    upto_redelivered = 4 + 1 + payload[4] + 8 + 1  # after the consumer's tag, which is ours
    if payload[upto_redelivered:].isascii():
        return payload
    try:
        loads("sLbss", payload, 4)
    except UnicodeDecodeError:
        return payload[:upto_redelivered] + b"\x00\x00"
    return payload
