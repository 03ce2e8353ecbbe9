"""Results of biology over time, as documents of several laboratories give them."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from services.vault.domain.metadata import Coded
from shared.cda.timestamps import civil_date
from shared.kernel.errors import InvalidRequest

LOINC = "2.16.840.1.113883.6.1"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Bounds as written, in ``unit`` (UCUM); ``text``: a range said in words."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result. ``codes``: that of the test first (LOINC), then the laboratory's own.

    ``value`` is a number as written, or words; ``value_code`` says the same by a code;
    ``between``: a value known by its bounds alone. ``at``: ISO, when it was taken or found.
    """

    label: str
    codes: tuple[Coded, ...] = ()
    value: str | None = None
    value_code: Coded | None = None
    between: Interval | None = None
    unit: str | None = None
    reference: Interval | None = None
    interpretation: tuple[str, ...] = ()
    at: str | None = None
    status: str | None = None
    laboratory: str | None = None
    laboratory_id: str | None = None

    def is_of(self, loinc: str) -> bool:
        return any(c.code == loinc and c.system == LOINC for c in self.codes)

    def to_row(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Result":
        kept = dict(row)
        kept["codes"] = tuple(Coded(**code) for code in row.get("codes", ()))
        kept["interpretation"] = tuple(row.get("interpretation", ()))
        for name, kind in (
            ("value_code", Coded),
            ("between", Interval),
            ("reference", Interval),
        ):
            if name in row:
                kept[name] = kind(**row[name])
        return cls(**kept)


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """What was read in one document. ``unread``: labels of results without a value that we can
    read; ``damaged``: nothing could be read at all."""

    results: tuple[Result, ...] = ()
    unread: tuple[str, ...] = ()
    damaged: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A result and the document it comes from; ``day`` in France, to sort and filter by."""

    document_id: UUID
    day: str
    number: int
    result: Result


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    found: Sequence[Found]
    next_cursor: str | None
    total: int


def found_in(document_id: UUID, service_day: str, read: ReadDocument) -> Iterable[Found]:
    """``service_day`` stands for a result that bears no date of its own."""
    for number, result in enumerate(read.results):
        day = civil_date(result.at) if result.at else service_day
        yield Found(document_id=document_id, day=day, number=number, result=result)


def is_within(day: str, since: str | None, until: str | None) -> bool:
    """Both days included; a month or a year alone is in as soon as one of its days is."""
    return (since is None or day >= since[: len(day)]) and (until is None or day <= until)


def paged(found: Iterable[Found], limit: int, cursor: str | None) -> FoundPage:
    """Latest first; those of one document in its order. Raises :class:`InvalidRequest` for a
    cursor of another list."""
    ordered = sorted(found, key=lambda f: (str(f.document_id), f.number))
    ordered.sort(key=lambda f: f.day, reverse=True)
    start = _place_after(ordered, cursor) if cursor else 0
    shown = ordered[start : start + limit]
    more = start + limit < len(ordered)
    return FoundPage(
        found=shown, next_cursor=_cursor(shown[-1]) if more else None, total=len(ordered)
    )


def _cursor(last: Found) -> str:
    place = [last.day, str(last.document_id), last.number]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place_after(ordered: Sequence[Found], cursor: str) -> int:
    try:
        day, document_id, number = json.loads(base64.urlsafe_b64decode(cursor))
        after = (str(document_id), int(number))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidRequest(
            "This cursor is not of this list.", fields={"cursor": "unknown"}
        ) from None
    return sum(
        f.day > day or (f.day == day and (str(f.document_id), f.number) <= after) for f in ordered
    )
