"""Results of biology over time, as documents of several laboratories give them."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.vault.domain.result import ReadDocument, Result
from shared.cda.timestamps import civil_date
from shared.kernel.errors import InvalidRequest


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
