"""Hypothesis strategies made from the published schemas.

They use a small part of JSON Schema, all of which is here; a schema that uses more raises, so
that nothing is passed over in silence.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.fitting import fitting

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]

NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**400, 1e308, "", " ", "\x00", "\ud800", "a" * 70_000, "NaN",
    "../../etc/passwd", "'; DROP TABLE events; --", "{{7*7}}", "\r\nBcc: a@example.org",
    "9999-12-31T23:59:59.999-23:59", "0001-01-01T00:00:00+23:59", "٠١٢", [], {}, [[[]]] * 40,
    {"$gt": ""}, {"": None},
)  # fmt: skip
"""Values that have broken somebody."""
_SAID_ELSEWHERE = {
    "title", "description", "default", "$schema", "$id", "$defs", "x-callers", "discriminator"
}  # fmt: skip
"""Members that allow and refuse nothing."""
_IDS = st.uuids().map(str)
_TEXT = st.characters(codec="utf-8", exclude_characters="\x00")


class Shape:
    """Strategies for one published document. ``ids``: those that it may name; any by default."""

    def __init__(self, document: Schema, ids: Values = _IDS) -> None:
        self._document = document
        self._ids = ids
        self._made: dict[str, Values] = {}

    def valid(self) -> Values:
        """What the document allows, as JSON."""
        return self._values(self._document)

    def spoiled(self) -> Values:
        """The same with one member replaced, left out or added: nearly always refused."""
        return st.builds(_spoil, self.valid(), st.integers(0, 2**16), st.sampled_from(NASTY))

    def _values(self, schema: Schema) -> Values:
        given = schema.keys() - _SAID_ELSEWHERE
        if "$ref" in given:
            return self._named(schema["$ref"].rpartition("/")[2])
        for several in ("anyOf", "oneOf"):
            if several in given:
                return st.one_of([self._values(one) for one in schema[several]])
        if "const" in given:
            return st.just(schema["const"])
        if "enum" in given:
            return st.sampled_from(schema["enum"])
        return self._of_type(schema, given)

    def _named(self, name: str) -> Values:
        if name not in self._made:
            self._made[name] = st.deferred(lambda: self._values(self._document["$defs"][name]))
        return self._made[name]

    def _of_type(self, schema: Schema, given: set[str]) -> Values:
        makers: dict[str | None, tuple[set[str], Callable[[Schema], Values]]] = {
            "string": ({"format", "pattern", "minLength", "maxLength"}, self._strings),
            "integer": ({"minimum", "maximum"}, _integers),
            "number": (
                {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}, _numbers
            ),
            "boolean": (set(), lambda _: st.booleans()),
            "null": (set(), lambda _: st.none()),
            "array": ({"items", "prefixItems", "minItems", "maxItems"}, self._arrays),
            "object": (
                {"properties", "required", "additionalProperties", "propertyNames",
                 "maxProperties"},
                self._objects,
            ),
            None: (set(), lambda _: st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=5))),
        }  # fmt: skip
        known, make = makers[schema.get("type")]
        if unknown := given - known - {"type"}:
            raise NotImplementedError(f"{sorted(unknown)} in a published schema")
        return make(schema)

    def _strings(self, schema: Schema) -> Values:
        return self._ids if schema.get("format") == "uuid" else _strings(schema)

    def _arrays(self, schema: Schema) -> Values:
        if "prefixItems" in schema:
            return st.tuples(*(self._values(one) for one in schema["prefixItems"])).map(list)
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", 3), max(least, 3))
        return st.lists(self._values(schema.get("items", {})), min_size=least, max_size=most)

    def _objects(self, schema: Schema) -> Values:
        required = set(schema.get("required", ()))
        members = {n: self._values(one) for n, one in schema.get("properties", {}).items()}
        if members:
            return st.fixed_dictionaries(
                {n: one for n, one in members.items() if n in required},
                optional={n: one for n, one in members.items() if n not in required},
            )
        if (more := schema.get("additionalProperties", True)) is False:
            return st.just({}).map(dict)
        names = self._values({"type": "string", **schema.get("propertyNames", {"minLength": 1})})
        values = self._values(more if isinstance(more, dict) else {})
        return st.dictionaries(names, values, max_size=min(schema.get("maxProperties", 2), 2))


def _strings(schema: Schema) -> Values:
    match schema.get("format"):
        case "date":
            return st.dates().map(lambda day: day.isoformat())
        case "time":
            return st.times().map(lambda time: time.isoformat())
        case "date-time":
            zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
            # Milliseconds: finer than that is cut off, as documented.
            return st.datetimes(timezones=zones).map(lambda at: at.isoformat("T", "milliseconds"))
    least = schema.get("minLength", 0)
    most = min(schema.get("maxLength", least + 12), least + 12)
    if pattern := schema.get("pattern"):
        longest = schema.get("maxLength", 200)
        return st.integers(0, 2**32).map(lambda seed: fitting(pattern, Random(seed))[:longest])
    drawn = st.text(_TEXT, min_size=least, max_size=most)
    # Blanks around a text are taken off before its length is looked at.
    return drawn.map(lambda text: text.strip().ljust(least, "x"))


def _integers(schema: Schema) -> Values:
    return st.integers(schema.get("minimum"), schema.get("maximum"))


def _numbers(schema: Schema) -> Values:
    return st.floats(
        schema.get("minimum", schema.get("exclusiveMinimum")),
        schema.get("maximum", schema.get("exclusiveMaximum")),
        exclude_min="exclusiveMinimum" in schema,
        exclude_max="exclusiveMaximum" in schema,
        allow_nan=False,
        allow_infinity=False,
    )


def _spoil(value: Any, at: int, nasty: Any) -> Any:
    """One place of it, anywhere inside, made wrong."""
    places = list(_places(value))
    if not places:
        return {"unknown": nasty}
    holder, key = places[at % len(places)]
    match at % 3:
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder["unknown"] = nasty
        case _:
            holder[key] = nasty
    return value


def _places(value: Any) -> Any:
    members = value.items() if isinstance(value, dict) else ()
    for key, inner in members or (enumerate(value) if isinstance(value, list) else ()):
        yield value, key
        yield from _places(inner)
