"""Measures of one kind as they are shown: points, and what they are aggregated to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from services.profile.domain.visibility import measure_attributes
from shared.kernel.french import FRANCE


@dataclass(frozen=True, kw_only=True)
class Point:
    """``values``: one per part of the kind, in its unit; ``measure_id``: ``None`` if computed."""

    measure_id: UUID | None
    at: datetime
    values: tuple[float, ...]
    device: str | None = None
    comment: str | None = None
    warnings: tuple[str, ...] = ()
    author_type: str = "PATIENT"
    document_id: UUID | None = None
    """That it was extracted from."""
    preliminary: bool = False
    """The laboratory may still change it."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points of one kind that came in together: one right to see them all."""

    kind: str
    points: Sequence[Point]
    confidentiality: Sequence[str]
    entered_by: Mapping[str, Any]

    def attributes(self) -> dict[str, Any]:
        return measure_attributes(self.kind, self.confidentiality, self.entered_by)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Of one part of the kind in one bucket; ``last``: in time."""

    min: float
    mean: float
    max: float
    last: float


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Points in [start, end[; ``spreads``: one per part."""

    start: datetime
    end: datetime
    count: int
    spreads: tuple[Spread, ...]


def hour_of(at: datetime) -> tuple[datetime, datetime]:
    """By UTC: the clock changes of France move whole hours, and no hour is two."""
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return start, start + timedelta(hours=1)


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """A civil day of France: 23 or 25 hours long when the clocks change."""
    return _days_from(at, back=0, length=1)


def week_of(at: datetime) -> tuple[datetime, datetime]:
    """From Monday (ISO 8601), in the civil time of France."""
    return _days_from(at, back=at.astimezone(FRANCE).weekday(), length=7)


BUCKETS: Mapping[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "hour": hour_of,
    "day": day_of,
    "week": week_of,
}


def aggregated(points: Iterable[Point], every: str) -> list[Bucket]:
    """Oldest first; a bucket without a point is left out."""
    ordered = sorted(points, key=lambda point: point.at)
    return [
        _bucket(bounds, list(group))
        for bounds, group in groupby(ordered, key=lambda point: BUCKETS[every](point.at))
    ]


def _bucket(bounds: tuple[datetime, datetime], points: Sequence[Point]) -> Bucket:
    parts = zip(*(point.values for point in points), strict=True)
    return Bucket(
        start=bounds[0],
        end=bounds[1],
        count=len(points),
        spreads=tuple(_spread(values) for values in parts),
    )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(
        min=min(values),
        mean=round(sum(values) / len(values), 4),
        max=max(values),
        last=values[-1],
    )


FIRST_DAY = date(1, 1, 2)
"""Midnight of the day before it, in France, is in no year. Measures of year 1 were once taken."""


def _days_from(at: datetime, *, back: int, length: int) -> tuple[datetime, datetime]:
    first = max(at.astimezone(FRANCE).date() - timedelta(days=back), FIRST_DAY)
    midnights = (first, first + timedelta(days=length))
    start, end = (
        datetime(day.year, day.month, day.day, tzinfo=FRANCE).astimezone(UTC) for day in midnights
    )
    return start, end
