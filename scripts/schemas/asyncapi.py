"""One AsyncAPI 3 document of all that goes over the broker; payloads point into ``schemas/``."""

from collections.abc import Sequence
from typing import Any

from shared.eventing.messages import MessageData
from shared.rpc import wire
from shared.rpc.contract import Contract, Method

_REPLY_CHANNEL: dict[str, Any] = {
    "address": None,
    "description": "The queue the caller bound to the exchange nameko-rpc under reply_to.",
    "messages": {},
}
HEADERS = {
    "type": "object",
    "properties": {
        wire.AUTHORIZATION: {"type": "string", "description": "signed token (JWT)"},
        wire.DEADLINE: {"type": "integer", "description": "milliseconds since 1970, UTC"},
        wire.TRACEPARENT: {"type": "string", "description": "W3C trace context"},
    },
}


def asyncapi(
    contracts: Sequence[Contract], messages: Sequence[type[MessageData]]
) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for contract in contracts:
        for method in contract.methods:
            name = f"{contract.service}.{method.name}"
            channels[name] = _request_channel(contract.service, method)
            channels[f"{name}.reply"] = _reply_channel(contract.service, method)
            operations[name] = _operation(name)
    for message in messages:
        channels |= {message.TYPE: _event_channel(messages, message.TYPE)}
        operations[message.TYPE] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{message.TYPE}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Carnet", "version": "1", "license": {"name": "Apache-2.0"}},
        "defaultContentType": wire.CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
    }


def _exchange(name: str) -> dict[str, Any]:
    exchange = {"name": name, "type": "topic", "durable": True, "autoDelete": False}
    return {"amqp": {"is": "routingKey", "exchange": exchange}}


def _request_channel(service: str, method: Method) -> dict[str, Any]:
    kwargs = {"$ref": f"./{service}/rpc/{method.name}.request.json"}
    payload = {
        "type": "object",
        "required": ["args", "kwargs"],
        "properties": {"args": {"type": "array", "maxItems": 0}, "kwargs": kwargs},
    }
    return {
        "address": f"{service}.{method.name}",
        "messages": {"request": {"headers": HEADERS, "payload": payload}},
        "bindings": _exchange(wire.EXCHANGE),
    }


def _reply_channel(service: str, method: Method) -> dict[str, Any]:
    result = {"$ref": f"./{service}/rpc/{method.name}.answer.json"}
    payload = {
        "type": "object",
        "required": ["result", "error"],
        "properties": {
            "result": {"anyOf": [result, {"type": "null"}]},
            "error": {"type": ["object", "null"], "description": "exc_args[0] is the fault"},
        },
    }
    return _REPLY_CHANNEL | {"messages": {"reply": {"payload": payload}}}


def _operation(name: str) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "reply": {
            "address": {"location": "$message.header#/reply_to"},
            "channel": {"$ref": f"#/channels/{name}.reply"},
        },
    }


def _event_channel(messages: Sequence[type[MessageData]], name: str) -> dict[str, Any]:
    """Runs of envelopes are what travels; ``x-data`` is what the sealed ``data`` of each is."""
    service, _, short = name.partition(".")
    versions = sorted(m.VERSION for m in messages if name == m.TYPE)
    return {
        "address": short,
        "messages": {
            f"v{version}": {
                "payload": {"$ref": "./run.json"},
                "x-data": {"$ref": f"./{service}/events/{short}.v{version}.json"},
            }
            for version in versions
        },
        "bindings": _exchange(f"{service}.events"),
    }
