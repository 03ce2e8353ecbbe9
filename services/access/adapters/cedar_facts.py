"""Facts are checked against the schema that the rules were checked against.

A rule that compares texts would be silent, not wrong, about a fact of another type; the schema
is what says which type it has. A schema speaks of names and types alone, so facts of the same
names and types as some that fitted fit too: Cedar is asked about each such shape once.
"""

from collections.abc import Mapping
from typing import Any

import cedarpy

_NONE = cedarpy.PolicySet.from_str("")
_INNER = (dict, list)


class FactsCheck:
    def __init__(self, schema: cedarpy.Schema) -> None:
        self._schema = schema
        self._fitting: set[object] = set()
        """As many as there are ways to leave out what may be left out; no caller adds a name."""

    def fit(
        self,
        kind: str,
        action: str,
        principal: Mapping[str, Any],
        item: Mapping[str, Any],
        context: Mapping[str, Any],
    ) -> bool:
        shape = (kind, action, _shape(principal), _shape(item), _shape(context))
        if shape in self._fitting:
            return True
        if self._fits(kind, action, principal, item, context):
            self._fitting.add(shape)
            return True
        return False

    def _fits(
        self,
        kind: str,
        action: str,
        principal: Mapping[str, Any],
        item: Mapping[str, Any],
        context: Mapping[str, Any],
    ) -> bool:
        who, what = {"type": kind, "id": "caller"}, {"type": "Item", "id": "0"}
        entities = [
            {"uid": who, "attrs": dict(principal), "parents": []},
            {"uid": what, "attrs": dict(item), "parents": []},
        ]
        request = {
            "principal": who,
            "action": {"type": "Action", "id": action},
            "resource": what,
            "context": dict(context),
        }
        answer = cedarpy.is_authorized(request, _NONE, entities, schema=self._schema)
        return not answer.diagnostics.errors


def _shape(value: Any) -> object:
    if isinstance(value, dict):
        kinds = [_shape(v) if isinstance(v, _INNER) else type(v) for v in value.values()]
        return tuple(value), tuple(kinds)
    if isinstance(value, list):
        return frozenset(map(_shape, value))
    return type(value)
