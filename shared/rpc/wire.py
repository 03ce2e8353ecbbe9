"""The wire of CONTRACT: nameko's RPC protocol over AMQP 0-9-1, in JSON."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json

from shared.kernel.clock import instant

EXCHANGE = "nameko-rpc"
CONTENT_TYPE = "application/json"
AUTHORIZATION = "nameko.authorization"
DEADLINE = "nameko.deadline"
"""Milliseconds since 1970 (UTC)."""
TRACEPARENT = "nameko.traceparent"


def queue_name(service: str) -> str:
    return f"rpc-{service}"


class Undecodable(Exception):
    """The body is not a JSON object in UTF-8; says nothing of what it was."""


def encode(arguments: Mapping[str, Any]) -> bytes:
    """The request's body, canonical: sorted keys, no spaces, so that its digest is one."""
    return _ENCODER.encode({"args": [], "kwargs": dict(arguments)}).encode()


def members(body: bytes) -> int:
    """At most so many names, values and entries does a body hold, counted without reading it:
    each but the first comes after one of these. Those inside of texts count too."""
    return 1 + sum(map(body.count, (b",", b":", b"[", b"{")))


def decode(body: bytes) -> dict[str, Any]:
    """What a body holds; :class:`Undecodable` if it is not one JSON object."""
    try:
        decoded = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Undecodable from None
    if not isinstance(decoded, dict):
        raise Undecodable
    return decoded


def digest(service: str, method: str, body: bytes) -> str:
    """SHA-256 of ``<service>.<method>``, a line feed and the body: what a token is bound to."""
    return hashlib.sha256(f"{service}.{method}\n".encode() + body).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case BaseModel():
            return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no form on the wire")


_ENCODER = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
"""Made once; with arguments ``json.dumps`` makes one for each call."""
