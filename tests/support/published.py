"""What a test has another service say, held to the message which that one publishes."""

import json
from functools import cache
from typing import Any

from scripts.schemas.documents import messages_of
from shared.eventing.messages import MessageData

PLAIN: dict[str, Any] = {
    "array": [],
    "boolean": False,
    "date": "2026-11-21",
    "date-time": "2026-11-21T08:30:00.000Z",
    "integer": 0,
    "null": None,
    "object": {},
    "string": "",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
"""By format, else by type, of JSON Schema."""


def published(type_: str, **said: Any) -> dict[str, Any]:
    """Data of that message: what is ``said``, and a plain value for all else that it tells.

    Raises ``LookupError`` for a message that nobody publishes, ``ValueError`` or
    ``AssertionError`` for a member or a value that its publisher never tells.
    """
    message = message_of(type_)
    given = json.dumps({**_plain_members(message), **said})
    told = message.model_validate_json(given).model_dump(mode="json", by_alias=True)
    assert {name: told[name] for name in said} == said, f"{type_} is never told so"
    return told


def message_of(type_: str) -> type[MessageData]:
    return _messages(type_.partition(".")[0])[type_]


@cache
def _messages(publisher: str) -> dict[str, type[MessageData]]:
    return {message.TYPE: message for message in messages_of(publisher)}


@cache
def _plain_members(message: type[MessageData]) -> dict[str, Any]:
    schema = message.model_json_schema()
    return _members(schema, schema)


def _members(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(member, whole) for name, member in schema.get("properties", {}).items()}


def _plain(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    """Its default; nothing where that may be; else a value that passes."""
    if "default" in schema:
        return schema["default"]
    if "anyOf" in schema:
        return _plain(schema["anyOf"][-1], whole)
    if "$ref" in schema:
        return _plain(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return _members(schema, whole)
    return PLAIN[schema.get("format", schema["type"])]
