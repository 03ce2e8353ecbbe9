"""Whether a change breaks who relies on the schema as it was.

Callers write requests: all they could send must still be taken. Readers read answers and
messages: all they may now meet must be what they were told. Both are one question, whether
everything that fits one schema fits another, asked in opposite directions. What this cannot
judge counts as a break: it asks for a person's eye.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Documents = Mapping[str, dict[str, Any]]

_TOLD = frozenset(
    {"$defs", "$id", "$schema", "default", "description", "examples", "title", "x-callers"}
)
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_SHAPE = frozenset({"type", "enum", "const", "anyOf", "oneOf", "properties", "required"})
_ITEMS = frozenset({"items", "prefixItems", "additionalProperties"})


def breaks(old: Documents, new: Documents) -> list[str]:
    """What would break, in sentences, over all documents that are or were there."""
    found: list[str] = []
    for name in sorted(old):
        if name in {"asyncapi.json"}:
            continue  # made from the others
        if name not in new:
            found.append(f"{name}: is gone, and somebody may rely on it")
        elif name.endswith(".request.json"):
            found += [f"{name}: {p}" for p in misfits(old[name], new[name], closed=True)]
            found += [f"{name}: {p}" for p in _callers_lost(old[name], new[name])]
        else:
            found += [f"{name}: {p}" for p in misfits(new[name], old[name], closed=False)]
    return found


def misfits(written: Schema, read: Schema, *, closed: bool) -> list[str]:
    """Why something that fits ``written`` may not fit ``read``; empty if all of it does.

    ``closed``: the reader refuses fields it does not know (our requests do; readers of
    answers and messages must not).
    """
    return list(_Comparison(written, read, closed).misfits(written, read, "$"))


def _callers_lost(old: Schema, new: Schema) -> list[str]:
    lost = set(old.get("x-callers", ())) - set(new.get("x-callers", ()))
    return [f"{caller} may no longer call it" for caller in sorted(lost)]


@dataclass(frozen=True)
class _Comparison:
    written_root: Schema
    read_root: Schema
    closed: bool
    compared: set[tuple[str, str]] = field(default_factory=set)

    def _already_compared(self, written: Any, read: Any) -> bool:
        """Whether these two named parts were met before: schemas may contain themselves."""
        if not isinstance(written, Mapping) or not isinstance(read, Mapping):
            return False
        pair = (written.get("$ref", ""), read.get("$ref", ""))
        known = pair in self.compared
        if all(pair):
            self.compared.add(pair)
        return known

    def misfits(self, written: Any, read: Any, at: str) -> Iterator[str]:
        if self._already_compared(written, read):
            return
        written, read = _open(written, self.written_root), _open(read, self.read_root)
        if read is True or read == {}:
            return
        if written is True or written is False or read is False:
            yield f"{at} takes other values"
        elif branches := _branches(written):
            for branch in branches:
                yield from self.misfits(branch, read, at)
        elif branches := _branches(read):
            if not any(not list(self.misfits(written, branch, at)) for branch in branches):
                yield f"{at} was {_named(read)}, is {_named(written)}"
        else:
            yield from self._plain(written, read, at)

    def _plain(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        if not _same_type(written, read):
            yield f"{at} was {_named(read)}, is {_named(written)}"
            return
        if extra := _values(written) - _values(read) if _values(read) else set():
            yield f"{at} may be {', '.join(sorted(extra))}, which was not told"
        elif _values(read) and not _values(written):
            yield f"{at} is no longer one of {', '.join(sorted(_values(read)))}"
        yield from _bounds(written, read, at)
        yield from self._object(written, read, at)
        yield from self._array(written, read, at)
        yield from _unjudged(written, read, at)

    def _object(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        ours, theirs = written.get("properties", {}), read.get("properties", {})
        needed = set(read.get("required", ()))
        for name in sorted(needed - set(written.get("required", ()))):
            yield f"{at}.{name} is required by who reads, and may be absent"
        for name in sorted(ours.keys() & theirs.keys()):
            yield from self.misfits(ours[name], theirs[name], f"{at}.{name}")
        if self.closed and read.get("additionalProperties") is False:
            yield from (f"{at}.{name} is no longer taken" for name in ours.keys() - theirs.keys())
        if not self.closed:
            gone = theirs.keys() - ours.keys() - needed
            yield from (f"{at}.{name} is gone" for name in sorted(gone))
        values = read.get("additionalProperties", True)
        if values not in (True, False) and written.get("additionalProperties") is not False:
            yield from self.misfits(written.get("additionalProperties", True), values, f"{at}.*")

    def _array(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        if "items" in read:
            yield from self.misfits(written.get("items", True), read["items"], f"{at}[]")
        ours, theirs = written.get("prefixItems", []), read.get("prefixItems", [])
        if len(ours) != len(theirs):
            yield f"{at} has another number of parts"
        for index, (mine, their) in enumerate(zip(ours, theirs, strict=False)):
            yield from self.misfits(mine, their, f"{at}[{index}]")


def _open(schema: Any, root: Schema) -> Any:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _branches(schema: Schema) -> list[Any]:
    return list(schema.get("anyOf") or schema.get("oneOf") or ())


def _same_type(written: Schema, read: Schema) -> bool:
    ours, theirs = written.get("type"), read.get("type")
    return theirs is None or ours == theirs or (ours == "integer" and theirs == "number")


def _values(schema: Schema) -> set[str]:
    values = [schema["const"]] if "const" in schema else schema.get("enum", ())
    return {repr(value) for value in values}


def _bounds(written: Schema, read: Schema, at: str) -> Iterator[str]:
    for bound in sorted((_LOWER | _UPPER) & read.keys()):
        ours = written.get(bound)
        tighter = ours is None or (ours < read[bound] if bound in _LOWER else ours > read[bound])
        if tighter:
            yield f"{at}: {bound} was {ours}, is {read[bound]}" if ours else f"{at}: {bound} is new"


def _unjudged(written: Schema, read: Schema, at: str) -> Iterator[str]:
    """Patterns, formats and the like narrow in ways only a person can compare."""
    for word in sorted(read.keys() - _TOLD - _LOWER - _UPPER - _SHAPE - _ITEMS):
        if written.get(word) != read[word]:
            yield f"{at}: {word} changed"


def _named(schema: Schema) -> str:
    return str(schema.get("type") or "/".join(map(_named, _branches(schema))) or "anything")
