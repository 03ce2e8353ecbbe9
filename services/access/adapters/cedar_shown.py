"""Facts as the rules can tell them apart: names in place of people and places, ranks in place of
instants.

Rules compare texts for equality, with one another and with those they name, and order whole
numbers among themselves. So no answer changes when each text that no rule names becomes another
one, the same wherever it stands, and each number its rank. A set of rules that does anything else
with texts or numbers is shown them as they are (ADR 20).
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from services.access.adapters.cedar_scopes import OURS, Scope

to_json = json.JSONEncoder(separators=(",", ":")).encode
quoted = lru_cache(to_json)
"""Names of attributes: as many as the schema has."""


class Shown(NamedTuple):
    """All that an evaluation is given besides its policies: attributes of the caller, of the item,
    and the context, as JSON."""

    caller: str
    item: str
    context: str


class _Names(dict[str, str]):
    """What rules name is written as it is, each other text by the order in which it is met."""

    def __missing__(self, text: str) -> str:
        name = self[text] = f'"{len(self)}{OURS}"'
        return name


class _AsTheyAre(dict[Any, str]):
    def __missing__(self, value: Any) -> str:
        return to_json(value)


def shown(
    scope: Scope, caller: Mapping[str, Any], item: Mapping[str, Any], context: Mapping[str, Any]
) -> Shown:
    """Of what is given, what the scope's policies mention."""
    parts = (
        _mentioned(scope.principal, caller),
        _mentioned(scope.resource, item),
        _mentioned(scope.context, context),
    )
    texts = _AsTheyAre() if scope.texts is None else _Names(scope.texts)
    ranks = _ranks(parts) if scope.ranks else _AsTheyAre()
    return Shown(*(_record(part, texts, ranks) for part in parts))


def _mentioned(
    names: tuple[str, ...] | None, given: Mapping[str, Any]
) -> Iterable[tuple[str, Any]]:
    return given.items() if names is None else [(n, given[n]) for n in names if n in given]


def _ranks(parts: Iterable[Iterable[tuple[str, Any]]]) -> dict[Any, str]:
    numbers: set[int] = set()
    for part in parts:
        _gather(numbers, (value for _, value in part))
    return {number: str(rank) for rank, number in enumerate(sorted(numbers))}


def _gather(numbers: set[int], values: Iterable[Any]) -> None:
    for value in values:
        if type(value) is int:
            numbers.add(value)
        elif isinstance(value, dict):
            _gather(numbers, value.values())
        elif isinstance(value, list):
            _gather(numbers, value)


def _record(given: Iterable[tuple[str, Any]], texts: dict[str, str], ranks: dict[Any, str]) -> str:
    members = [f"{quoted(name)}:{_value(value, texts, ranks)}" for name, value in given]
    return "{" + ",".join(members) + "}"


def _value(value: Any, texts: dict[str, str], ranks: dict[Any, str]) -> str:
    if isinstance(value, str):
        return texts[value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is int:
        return ranks[value]
    if isinstance(value, list):
        return f"[{','.join(sorted([_value(one, texts, ranks) for one in value]))}]"
    if isinstance(value, dict):
        return _record(value.items(), texts, ranks)
    return to_json(value)
