"""Results of biology over time, as documents of several laboratories give them."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from services.vault.domain.metadata import Coded
from shared.cda.quantities import Quantity
from shared.cda.timestamps import civil_date
from shared.kernel.errors import InvalidRequest

LOINC = "2.16.840.1.113883.6.1"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Bounds as written, in ``unit`` (UCUM); ``text``: a range said in words. A bound that is
    excluded: "below 5" where 5 itself is not meant."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None
    text: str | None = None
    low_excluded: bool = False
    high_excluded: bool = False

    def in_words(self) -> str:
        if self.text:
            return self.text
        low = self.low and f"{'>' if self.low_excluded else '≥'} {self.low}"
        high = self.high and f"{'<' if self.high_excluded else '≤'} {self.high}"
        return " ".join(filter(None, (low, high, self.unit)))


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result. ``codes``: that of the test first (LOINC), then the laboratory's own.

    ``value`` is a number as written, or words; ``value_code`` says the same by a code;
    ``between``: a value known by its bounds alone. ``also``: the same in other units, as the
    laboratory gives it. ``at``: ISO, when it was taken or found. ``isolate``: the micro-organism
    that was tested, in words; ``isolate_code``: by a code. No value at all: ``status`` is
    ``aborted``, the test was not done.
    """

    label: str
    codes: tuple[Coded, ...] = ()
    value: str | None = None
    value_code: Coded | None = None
    between: Interval | None = None
    unit: str | None = None
    also: tuple[Quantity, ...] = ()
    reference: Interval | None = None
    interpretation: tuple[str, ...] = ()
    at: str | None = None
    status: str | None = None
    laboratory: str | None = None
    laboratory_id: str | None = None
    isolate: str | None = None
    isolate_code: Coded | None = None

    def is_of(self, loinc: str) -> bool:
        return any(c.code == loinc and c.system == LOINC for c in self.codes)

    def to_row(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Result":
        kept = dict(row)
        kept["codes"] = tuple(Coded(**code) for code in row.get("codes", ()))
        kept["also"] = tuple(Quantity(**one) for one in row.get("also", ()))
        kept["interpretation"] = tuple(row.get("interpretation", ()))
        for name, kind in (
            ("value_code", Coded),
            ("isolate_code", Coded),
            ("between", Interval),
            ("reference", Interval),
        ):
            if name in row:
                kept[name] = kind(**row[name])
        return cls(**kept)


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """What was read in one document. ``unread``: labels of results that are not among them, and
    titles of chapters that hold none we can read; ``damaged``: nothing could be read at all."""

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
    """Latest first; those of one instant by document, in its order. Raises
    :class:`InvalidRequest` for a cursor of another list."""
    ordered = sorted(found, key=_in_document)
    ordered.sort(key=_when, reverse=True)
    start = _place_after(ordered, cursor) if cursor else 0
    shown = ordered[start : start + limit]
    more = start + limit < len(ordered)
    return FoundPage(
        found=shown, next_cursor=_cursor(shown[-1]) if more else None, total=len(ordered)
    )


def _when(found: Found) -> tuple[str, str]:
    """Those of a day without an hour come after those of its hours."""
    at = found.result.at or ""
    return found.day, at if "T" in at else ""


def _in_document(found: Found) -> tuple[str, int]:
    return str(found.document_id), found.number


def _cursor(last: Found) -> str:
    place = [*_when(last), *_in_document(last)]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place_after(ordered: Sequence[Found], cursor: str) -> int:
    try:
        day, at, document_id, number = json.loads(base64.urlsafe_b64decode(cursor))
        when, place = (str(day), str(at)), (str(document_id), int(number))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidRequest(
            "This cursor is not of this list.", fields={"cursor": "unknown"}
        ) from None
    return sum(_when(f) > when or (_when(f) == when and _in_document(f) <= place) for f in ordered)
