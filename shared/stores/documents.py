"""Read models behind one small port, for MongoDB and for SQLite.

A view is a set of JSON documents with an id, built from one or more logs. It remembers how far
it has come in each (:class:`At`), so that what is applied twice changes nothing, and can be
built anew beside the one that serves and switched in one write.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from pydantic_core import from_json

from shared.kernel.errors import InvalidRequest

Json = dict[str, Any]
Scalar = str | int | float | bool | None


class OutOfPlace(Exception):
    """The view does not stand where these writes begin: read its position again."""


@dataclass(frozen=True, kw_only=True)
class At:
    """The place in a log that writes come from.

    ``previous`` is the position of the message or event before it that the view was given (0
    for the first), which need not be ``position - 1``.
    """

    source: str
    epoch: str
    previous: int
    position: int

    def __post_init__(self) -> None:
        _check_name(self.source)
        if self.previous >= self.position:
            raise ValueError("a place in a log comes after the one before it")


@dataclass(frozen=True)
class Eq:
    """``None`` finds also documents without the field."""

    field: str
    value: Scalar


@dataclass(frozen=True)
class In:
    field: str
    values: Sequence[str | int]


@dataclass(frozen=True)
class Range:
    """Values of one type, from ``ge`` on and below ``lt``; a missing field is in no range."""

    field: str
    ge: str | int | float | None = None
    lt: str | int | float | None = None


@dataclass(frozen=True)
class Has:
    """The field is a list that has this value."""

    field: str
    value: str | int


Filter = Eq | In | Range | Has


@dataclass(frozen=True)
class Sort:
    """Missing values come first, or last when descending."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class Put:
    """The whole document, whatever was there."""

    id: str
    doc: Json


@dataclass(frozen=True)
class Patch:
    """Replace these fields; nothing happens if there is no such document."""

    id: str
    set: Mapping[str, Any]


@dataclass(frozen=True)
class Delete:
    id: str


@dataclass(frozen=True)
class Purge:
    """Delete all that fit every filter; at least one is required."""

    where: Sequence[Filter]


Write = Put | Patch | Delete | Purge


@dataclass(frozen=True)
class Page:
    """Each item is a document with its ``id`` added. ``next_cursor`` is ``None`` at the end."""

    items: list[Json]
    next_cursor: str | None


class Documents(Protocol):
    """One view. Reads see the live generation; ``Unavailable`` if the store is out of reach.

    Reads raise ``StaleRead`` while the live generation has another version than this code's:
    its documents have another shape. See :meth:`rebuild`.
    """

    def get(self, id: str) -> Json | None:  # noqa: A002 - the word of the port
        """One document, its ``id`` added; ``None`` if there is none."""
        ...

    def find(
        self,
        *where: Filter,
        sort: Sequence[Sort] = (),
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Those that fit every filter, then by id: pages neither repeat nor miss a document
        that did not change meanwhile. ``after``: the ``next_cursor`` of the same query;
        ``InvalidRequest`` if it is not one.
        """
        ...

    def count(self, *where: Filter) -> int: ...

    def get_all(self, ids: Sequence[str]) -> list[Json]:
        """Those of these ids that are there, as :meth:`get` gives them, in no promised order."""
        ...

    def columns(self, fields: Sequence[str], *where: Filter) -> list[tuple[Any, ...]]:
        """Id and these fields, texts or numbers, of all that fit, in no promised order: what is
        counted and ordered in memory. No document is read where an index begins with the fields
        of ``where`` and holds ``fields``.
        """
        ...

    def apply(self, writes: Sequence[Write], at: At) -> None:
        """The writes of one event or message, in order, and the new position.

        A position already applied changes nothing; :class:`OutOfPlace` if the view does not
        stand at ``at.previous``.
        """
        ...

    def apply_all(self, batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        """Several in a row, of one source, with one checkpoint at the end."""
        ...

    def amend(self, writes: Sequence[Write], at: At) -> None:
        """Writes of a position passed before (a parked message, retried). The position stays;
        documents already written from a later one of the same source are left alone.
        """
        ...

    def position(self, source: str) -> At | None:
        """The last place applied; ``None`` before the first."""
        ...

    def is_live(self) -> bool:
        """False if the live generation has another version: rebuild, then switch."""
        ...

    def rebuild(self) -> "Documents":
        """A new, empty generation beside the live one, to be filled from the start.

        What an interrupted rebuild left is dropped.
        """
        ...

    def switch(self, to: "Documents") -> None:
        """Serve that generation from now on, in one write, and drop the former."""
        ...


WRITES_PER_POSITION = 10_000


def stamp(at: At, index: int) -> int:
    """Orders the writes of one source: by position, then as listed.

    Each document keeps the stamp of its last write, also when deleted, so that a write
    repeated or overtaken changes nothing.
    """
    if index >= WRITES_PER_POSITION:
        raise ValueError(f"one event makes at most {WRITES_PER_POSITION} writes")
    return at.position * WRITES_PER_POSITION + index


def is_next(reached: At | None, at: At) -> bool:
    """False if it was applied before; :class:`OutOfPlace` if something is missing between."""
    if reached and reached.epoch == at.epoch and at.position <= reached.position:
        return False
    if (reached.position if reached else 0) != at.previous:
        raise OutOfPlace(f"{at.source} {at.position} does not follow {reached}")
    return True


def where_all(filters: Sequence[Filter]) -> Sequence[Filter]:
    """The filters, once their field names are known to be names."""
    names(item.field for item in filters)
    return filters


LIST = "[]"
"""Ends what is said of an index on the values of a field that holds a list."""


def fields_of(index: str) -> list[str]:
    """``index``: a field, several joined by commas, or one and :data:`LIST`."""
    return names(field.strip() for field in index.removesuffix(LIST).split(","))


def names(fields: Iterable[str]) -> list[str]:
    """The fields, once they are known to be names."""
    found = list(fields)
    for name in found:
        _check_name(name)
    return found


def checked(writes: Sequence[Write]) -> Sequence[Write]:
    for write in writes:
        match write:
            case Put(_, fields) | Patch(_, fields):
                for name in fields:
                    _check_name(name)
            case Purge(where) if not where:
                raise ValueError("a purge without a filter would empty the view")
            case _:
                pass
    return writes


@lru_cache(maxsize=1024)
def _check_name(name: str) -> None:
    """The few names there are come with each document again."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name == "id":
        raise ValueError(f"{name!r} cannot name a field or a source")


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the sort values of its last document, and its id."""

    values: Sequence[Scalar]
    id: str

    @classmethod
    def of(cls, item: Json, sort: Sequence[Sort]) -> "Cursor":
        return cls([item.get(s.field) for s in sort], item["id"])

    def to_text(self, sort: Sequence[Sort]) -> str:
        data = [[[s.field, s.descending] for s in sort], list(self.values), self.id]
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode()

    @classmethod
    def from_text(cls, text: str, sort: Sequence[Sort]) -> "Cursor":
        try:
            order, values, last = from_json(base64.urlsafe_b64decode(text), allow_inf_nan=False)
            fits = order == [[s.field, s.descending] for s in sort] and len(values) == len(sort)
            if fits and isinstance(last, str) and all(map(_is_kept, values)):
                return cls(values, last)
        except (ValueError, TypeError, binascii.Error):
            pass
        raise InvalidRequest("this cursor is not of this list", fields={"cursor": "unknown"})


def _is_kept(value: Any) -> bool:
    """Whether a store may have it: both have whole numbers of 64 bits."""
    return -(2**63) <= value < 2**63 if type(value) is int else isinstance(value, Scalar)


def page(found: list[Json], sort: Sequence[Sort], limit: int) -> Page:
    """From one document more than asked for, which tells whether there is a next page."""
    items = found[:limit]
    more = len(found) > limit
    return Page(items, Cursor.of(items[-1], sort).to_text(sort) if more else None)
