"""A record's documents as a list counts and orders them, before any of them is unsealed.

Most documents of a record resemble one another: they are of few kinds, come from few people, are
hidden from few. Each of these stands under a mark; what documents with the same marks have in
common is unsealed, and decided on, once.
"""

import base64
import json
from collections import ChainMap, Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any, NamedTuple
from uuid import UUID

from services.vault.domain.attributes import attributes
from services.vault.domain.metadata import Kind
from services.vault.domain.origin import Origin
from services.vault.domain.states import IN_RECORD, Status
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest

Group = tuple[str, str, str, str]
"""A status, and the marks of a kind, an origin and a visibility."""


class Line(NamedTuple):
    """``at``: the instant that orders the list. Marks are keyed tokens, of one record alone."""

    at: str
    document_id: str
    status: str
    kind: str
    origin: str
    visibility: str

    @property
    def group(self) -> Group:
        return self.status, self.kind, self.origin, self.visibility


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all documents of one group have in common."""

    kind: Kind
    origin: Origin
    confidentiality: tuple[str, ...]
    status: str

    def attributes(self, by: Actor) -> dict[str, Any]:
        return attributes(self.kind, self.origin, self.confidentiality, self.status, by)


@dataclass(frozen=True)
class Lines:
    """Every line's group is in ``shared``."""

    lines: Sequence[Line] = ()
    shared: Mapping[Group, Shared] = field(default_factory=dict)

    @classmethod
    def together(cls, several: Sequence["Lines"]) -> "Lines":
        """Of records served as one: marks of two records are never equal."""
        lines = [line for each in several for line in each.lines]
        return cls(lines, dict(ChainMap(*(dict(each.shared) for each in several))))

    def of(self, groups: Collection[Group]) -> "Lines":
        return self.such_as(lambda line: line.group in groups)

    def about(self, documents: Collection[UUID]) -> "Lines":
        ids = {str(document_id) for document_id in documents}
        return self.such_as(lambda line: line.document_id in ids)

    def such_as(self, kept: Callable[[Line], bool]) -> "Lines":
        return Lines([line for line in self.lines if kept(line)], self.shared)


@dataclass(frozen=True, kw_only=True)
class Span:
    """How much of a record is looked at: documents in one of ``states``; acts since a day, but
    for types that no day leaves out (``spared``), and until one, both included; what was
    submitted since an instant, which then orders the list."""

    states: frozenset[str] = frozenset(IN_RECORD)
    acts_since: str | None = None
    acts_until: str | None = None
    spared: frozenset[str] = frozenset()
    submitted_since: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Filters; those that are ``None`` let everything through. ``source`` is ``person`` or
    ``professional``; ``types``: any of these."""

    type: str | None = None
    class_code: str | None = None
    types: frozenset[str] | None = None
    author: str | None = None
    source: str | None = None

    def fits(self, shared: Shared) -> bool:
        kind = shared.kind
        return (
            self.type in {None, kind.type}
            and self.class_code in {None, kind.class_code}
            and (self.types is None or kind.type in self.types)
            and self.source in {None, source_of(kind)}
            and (self.author is None or self.author in shared.origin.professionals)
        )


def states_shown(state: str | None, *, archived: bool, replaced: bool) -> frozenset[str]:
    """``state``, an XDS availabilityStatus, alone; else current documents and those let in."""
    if state:
        return frozenset({state})
    shown = {Status.APPROVED.value}
    shown |= {Status.ARCHIVED.value} if archived else set()
    return frozenset(shown | ({Status.DEPRECATED.value} if replaced else set()))


def last_day(day: str) -> str:
    """The last day that an act dated by its year or its month alone may have been on. No month
    has a later one than the 31st: it need not be in the calendar to be compared."""
    return day + "YYYY-12-31"[len(day) :]


def source_of(kind: Kind) -> str:
    return "person" if kind.by_patient else "professional"


@dataclass(frozen=True, kw_only=True)
class Page:
    """``total`` and ``facets`` (by name, then code) are of all that fits, not of this page."""

    lines: Sequence[Line]
    next_cursor: str | None
    total: int
    facets: Mapping[str, Mapping[str, int]]


def paged(found: Lines, limit: int, cursor: str | None) -> Page:
    """Latest first. Raises :class:`InvalidRequest` for a cursor of another list."""
    start = _after(cursor) if cursor else None
    following = found.lines if start is None else [e for e in found.lines if e[:2] < start]
    first = nlargest(limit + 1, following)
    return Page(
        lines=first[:limit],
        next_cursor=_cursor(first[limit - 1]) if len(first) > limit else None,
        total=len(found.lines),
        facets=_facets(Counter(line.group for line in found.lines).items(), found.shared),
    )


def _facets(
    counted: Iterable[tuple[Group, int]], shared: Mapping[Group, Shared]
) -> dict[str, Counter[str]]:
    facets: dict[str, Counter[str]] = {
        name: Counter() for name in ("type", "class", "source", "state")
    }
    for group, count in counted:
        kind = shared[group].kind
        codes = (kind.type, kind.class_code, source_of(kind), shared[group].status)
        for facet, code in zip(facets.values(), codes, strict=True):
            facet[code] += count
    return facets


def _cursor(last: Line) -> str:
    return base64.urlsafe_b64encode(json.dumps(last[:2]).encode()).decode()


def _after(cursor: str) -> tuple[str, str]:
    try:
        at, document_id = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, RecursionError):
        raise InvalidRequest(
            "This cursor is not of this list.", fields={"cursor": "unknown"}
        ) from None
    return str(at), str(document_id)
