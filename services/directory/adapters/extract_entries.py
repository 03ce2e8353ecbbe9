"""Entries of a JSON extract (FINESS+) as lines: each path of the layout gives a field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.adapters.json_elements import Readable, elements

PARENT = "parent"
_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<key>\w+)=(?P<value>\w+)\])?")
Step = tuple[str, str, str]


class PathInEntry:
    """Names joined by dots: ``adresse[usageAdresse=03].codePostal``.

    Of a list the first element counts that has the value; in brackets, the first of those whose
    key has that value. ``parent`` is the entry around. A coding is its ``code``.
    """

    def __init__(self, path: str) -> None:
        steps = [_STEP.fullmatch(step) for step in path.split(".")]
        if not all(steps):
            raise NotThisExtract(f"«{path}» is no path in an entry")
        self._steps = tuple((s["name"], s["key"] or "", s["value"] or "") for s in steps if s)

    def value(self, entry: Any) -> str:
        return _value(entry, self._steps)


def fields_of_entries(
    content: Readable, layout: Layout, digest: Any
) -> Iterator[tuple[int, dict[str, str], str]]:
    """Number of each entry, its fields that are not empty, and what is wrong with it."""
    paths = {field: [PathInEntry(p) for p in where] for field, where in layout.columns.items()}
    number = 0
    for outer in elements(content, layout.entries[0], digest):
        for entry in _inside(outer, layout.entries[1:]):
            number += 1
            fields = {
                field: value
                for field, several in paths.items()
                if (value := next((v for one in several if (v := one.value(entry))), ""))
            }
            yield number, fields, _wrong(fields)


def _inside(entry: Any, arrays: tuple[str, ...]) -> Iterator[Any]:
    if not arrays:
        yield entry
        return
    inner = _named(entry, arrays[0])
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict):
            yield from _inside({**one, PARENT: entry}, arrays[1:])


def _value(node: Any, steps: Sequence[Step]) -> str:
    """Empty where there is none."""
    if isinstance(node, list):
        return next((value for one in node if (value := _value(one, steps))), "")
    if steps:
        name, key, wanted = steps[0]
        found = _named(node, name)
        if key:
            several = found if isinstance(found, list) else [found]
            found = next((one for one in several if _named(one, key) == wanted), None)
        return _value(found, steps[1:])
    if isinstance(node, dict):
        return _value(node.get("code"), ())
    return " ".join(node.split()) if isinstance(node, str) else ""


def _named(node: Any, name: str) -> Any:
    """Under this name, whatever its capitals: the published schema and files differ in them."""
    if not isinstance(node, dict):
        return None
    if name in node:
        return node[name]
    folded = name.casefold()
    return next((value for key, value in node.items() if key.casefold() == folded), None)


def _wrong(fields: Mapping[str, str]) -> str:
    try:
        "".join(fields.values()).encode()
    except UnicodeEncodeError:
        return "is not utf-8"
    return ""
