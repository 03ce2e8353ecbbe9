"""Requests nobody would send: shaped by a method's own schema, and wrong in every way."""

import string
from random import Random
from typing import Any
from uuid import UUID

NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    "",
    " ",
    "\x00",
    "\ud83d\ude00" * 50,
    "../../../etc/passwd",
    "'; DROP TABLE stored_events; --",
    "{{7*7}}${7*7}",
    "\r\nBcc: everyone@example.org",
    "a" * 70_000,
    "9999-12-31T23:59:59.999Z",
    "0001-01-01",
    "NaN",
    [],
    [[]] * 40,
    {},
    {"$gt": ""},
    {"__class__": "x"},
)


class MadeUp:
    """Values for a JSON schema; about one field in five is nothing the schema allows.

    ``known``: ids that mean something to the services, taken now and then.
    """

    def __init__(self, schema: dict[str, Any], known: list[str], chance: Random) -> None:
        self._definitions: dict[str, Any] = schema.get("$defs", {})
        self._schema = schema
        self._known = known
        self._chance = chance

    def request(self) -> dict[str, Any]:
        properties: dict[str, Any] = self._schema.get("properties", {})
        required = self._schema.get("required", [])
        made = {
            name: self._value(schema, 0)
            for name, schema in properties.items()
            if name in required or self._chance.random() < 0.5
        }
        if self._chance.random() < 0.03:
            made[self._text()] = self._chance.choice(NASTY)
        return made

    def _value(self, schema: dict[str, Any], depth: int) -> Any:
        if self._chance.random() < 0.06 or depth > 5:
            return self._chance.choice(NASTY)
        if "$ref" in schema:
            return self._value(self._definitions[schema["$ref"].rpartition("/")[2]], depth + 1)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._value(self._chance.choice(schema[several]), depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        return self._of_type(schema, depth)

    def _of_type(self, schema: dict[str, Any], depth: int) -> Any:
        match schema.get("type"):
            case "object":
                properties: dict[str, Any] = schema.get("properties", {})
                return {name: self._value(s, depth + 1) for name, s in properties.items()}
            case "array":
                item = schema.get("items", {})
                return [self._value(item, depth + 1) for _ in range(self._chance.randrange(4))]
            case "integer" | "number":
                return self._chance.choice([0, 1, 7, 50, 100, -3, 10**6])
            case "boolean":
                return self._chance.random() < 0.5
            case "null":
                return None
            case _:
                return self._string(schema.get("format"))

    def _string(self, form: str | None) -> str:
        match form:
            case "uuid":
                made_up = str(UUID(int=self._chance.getrandbits(128)))
                return self._chance.choice([*self._known, made_up])
            case "date":
                return f"{self._chance.randrange(1900, 2100)}-02-{self._chance.randrange(1, 30):02}"
            case "date-time":
                return f"20{self._chance.randrange(10, 40)}-03-29T02:30:00.000Z"
            case "binary" | "base64":
                return "JVBERi0xLjQKJSVFT0Y="
            case _:
                return self._chance.choice([self._text(), *self._known, "899700366240", "10"])

    def _text(self) -> str:
        return "".join(self._chance.choices(string.printable + "éàœ", k=self._chance.randrange(30)))
