"""The agenda of a record as a reader may see it: series expanded, in order, in pages."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.agenda.domain.errors import TooManyOccurrences
from services.agenda.domain.facts import Facts
from services.agenda.domain.origin import Origin, attributes
from services.agenda.domain.recurrence import starts
from services.agenda.domain.slot import WHOLE, Slot, is_private
from services.agenda.domain.when import FIRST_YEAR, LAST_YEAR
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest

MARGIN = timedelta(days=2)
"""More than any zone is from UTC: civil windows are cut wide, then exactly by instants."""
MAX_OCCURRENCES = 5000
"""One answer is made from."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Instants; what takes place in it at least in part, or begins at its first instant."""

    since: datetime
    until: datetime

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        return starts_at < self.until and (ends_at > self.since or starts_at >= self.since)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One appointment or series, as the log has it."""

    appointment_id: UUID
    record_id: UUID
    origin: Origin
    secret: bool
    changes: int
    """How many times something was said of it."""
    changed_at: datetime
    slots: Mapping[str, Slot] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        return attributes(self.origin, secret=self.secret, private=is_private(self.slots))


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """``slot``: which one of a series, else empty."""

    kept: Kept
    slot: str
    facts: Facts
    cancelled: bool

    @property
    def starts_at(self) -> datetime:
        return self.facts.when.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.facts.when.ends_at

    @property
    def order(self) -> tuple[str, str, str]:
        return instant(self.starts_at), str(self.kept.appointment_id), self.slot


def occurrences(kept: Kept, window: Window) -> Iterator[Occurrence]:
    """Those in the window, in no promised order, cancelled ones included."""
    for occurrence in _all(kept, window):
        if window.holds(occurrence.starts_at, occurrence.ends_at):
            yield occurrence


def in_window(agenda: Sequence[Kept], window: Window) -> list[Occurrence]:
    """In order. Raises :class:`TooManyOccurrences`."""
    found: list[Occurrence] = []
    for kept in agenda:
        found += occurrences(kept, window)
        if len(found) > MAX_OCCURRENCES:
            raise TooManyOccurrences
    return sorted(found, key=lambda occurrence: occurrence.order)


def occurrence_named(kept: Kept, slot: str) -> Occurrence | None:
    """The one occurrence of a series with that key; ``None`` if it has no such occurrence."""
    at = _start_named(slot)
    if at is None:
        return None
    around = Window(since=at - MARGIN, until=at + MARGIN)
    return next((o for o in _all(kept, around) if o.slot == slot), None)


def _start_named(slot: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(slot)
    except ValueError:
        return None
    if not FIRST_YEAR - 1 <= at.year <= LAST_YEAR + 1:  # one of a series has a clock around it
        return None
    return at if at.tzinfo else datetime.fromisoformat(f"{slot}T00:00:00+00:00")


def _all(kept: Kept, window: Window) -> Iterator[Occurrence]:
    whole = kept.slots.get(WHOLE, Slot())
    if whole.facts and whole.facts.series is None:
        yield Occurrence(kept=kept, slot=WHOLE, facts=whole.facts, cancelled=whole.cancelled)
    elif whole.facts:
        yield from _of_series(kept, whole, whole.facts, window)
    yield from changed_occurrences(kept)


def changed_occurrences(kept: Kept) -> Iterator[Occurrence]:
    """Those of which something else was said than of their series."""
    whole = kept.slots.get(WHOLE, Slot())
    for name, slot in kept.slots.items():
        if name != WHOLE and slot.facts and _still_counts(name, slot, whole):
            ended = slot.cancelled or (whole.facts is not None and whole.cancelled)
            yield Occurrence(kept=kept, slot=name, facts=slot.facts, cancelled=ended)


def _of_series(kept: Kept, whole: Slot, facts: Facts, window: Window) -> Iterator[Occurrence]:
    """As the rule has them, but for those of which something else was said."""
    series, when = facts.series, facts.when
    assert series  # noqa: S101 - asked before
    since = (window.since - (when.ends_at - when.starts_at) - MARGIN).replace(tzinfo=None)
    until = (window.until + MARGIN).replace(tzinfo=None)
    for number, start in enumerate(starts(when, series, since, until)):
        if number > MAX_OCCURRENCES:
            raise TooManyOccurrences
        this = when.moved(start)
        said = kept.slots.get(this.key) or kept.slots.get(start.date().isoformat()) or Slot()
        if said.facts is None and not series.leaves_out(this):
            yield Occurrence(
                kept=kept,
                slot=this.key,
                facts=Facts(**{**vars(facts), "when": this, "series": None}),
                cancelled=whole.cancelled or said.cancelled,
            )


def _still_counts(name: str, slot: Slot, whole: Slot) -> bool:
    """A series that was moved, or lost that day, since the occurrence was changed, says so by a
    higher SEQUENCE; of an equal one, what the series leaves out goes.
    """
    if whole.facts is None or whole.facts.series is None:
        return whole.facts is None or slot.sequence > whole.sequence
    at = _start_named(name)
    if at is None:
        return False
    near = (at - MARGIN).replace(tzinfo=None), (at + MARGIN).replace(tzinfo=None)
    when, series = whole.facts.when, whole.facts.series
    for start in starts(when, series, *near):
        this = when.moved(start)
        if name in {this.key, start.date().isoformat()}:
            return not series.leaves_out(this) or slot.sequence > whole.sequence
    return slot.sequence >= whole.sequence


@dataclass(frozen=True, kw_only=True)
class Page:
    """``total`` is of all that fits, not of this page."""

    occurrences: Sequence[Occurrence]
    next_cursor: str | None
    total: int


def paged(found: Sequence[Occurrence], limit: int, cursor: str | None) -> Page:
    """Raises :class:`InvalidRequest` for a cursor of another list."""
    start = _after(cursor) if cursor else None
    following = [o for o in found if start is None or o.order > start]
    shown = following[:limit]
    more = len(following) > limit
    return Page(
        occurrences=shown,
        next_cursor=_cursor(shown[-1]) if more else None,
        total=len(found),
    )


def _cursor(last: Occurrence) -> str:
    return base64.urlsafe_b64encode(json.dumps(last.order).encode()).decode()


def _after(cursor: str) -> tuple[str, str, str]:
    try:
        starts_at, appointment_id, slot = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, RecursionError):
        raise InvalidRequest(fields={"cursor": "is not of this list"}) from None
    return str(starts_at), str(appointment_id), str(slot)
