"""What a ministry would publish, by month: counted from what services tell, of nobody.

Counts from 1 to 10 are hidden, as statistics of health data are in France (SNDS: no cell under
eleven), and so is the next smallest where one hidden cell could be told from the sum of others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.domain.lines import acting, is_of_a_double

SMALLEST = 11
"""The smallest count that is shown."""
ROUNDED = 10
"""Counts since the beginning are rounded down to this, so that two of them tell no small one."""
LASTING = "records"
"""The measure that is also counted since the beginning."""

DEPOSITS = frozenset({"vault.document_deposited", "vault.document_released"})
"""A document held back is deposited when it is released."""

Cell = tuple[str, str, str]
"""Month (``YYYY-MM``), measure, value."""


@dataclass(frozen=True, kw_only=True)
class Contributor:
    """A deposit whose ``member`` has that value came from this kind of contributor."""

    member: str
    value: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Measures:
    """``plain``: message type -> measure and value. ``contributors``: the first that fits."""

    plain: Mapping[str, tuple[str, str]]
    contributors: Sequence[Contributor]

    def facts(self, type_: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What one message adds one to: measure and value."""
        found = [self.plain[type_]] if type_ in self.plain else []
        if type_ in DEPOSITS:
            found.append(("documents_by_contributor", self._contributor(data)))
            found.append(("documents_by_type", str(data["type"])))
        refused = type_ == "access.access_decided" and not data["permit"] and not data["listing"]
        if refused and not is_of_a_double(data):
            found.append(("refusals", str(data["action"])))
        return found

    def _contributor(self, data: Mapping[str, Any]) -> str:
        said = {**data, "by": acting(data.get("by") or {})}
        fits = (c.kind for c in self.contributors if _member(said, c.member) == c.value)
        return next(fits, "other")


@dataclass(frozen=True, kw_only=True)
class Published:
    """One cell. ``count``: ``None`` when hidden. ``growth``: against the month before, in per
    cent, where both are shown."""

    month: str
    measure: str
    value: str
    count: int | None
    growth: float | None


@dataclass(frozen=True, kw_only=True)
class Since:
    """How many since the beginning, rounded down to :data:`ROUNDED`."""

    measure: str
    value: str
    count: int


def publish(counts: Mapping[Cell, int], months: Sequence[str]) -> list[Published]:
    """The cells of those months, small ones hidden; ordered by month, measure and value."""
    shown = {cell: count for cell, count in counts.items() if count >= SMALLEST}
    for month, measure in {(month, measure) for month, measure, _ in counts}:
        _hide_the_one_left(shown, counts, month, measure)
    before = dict(zip(months[1:], months, strict=False))
    return [
        Published(
            month=cell[0],
            measure=cell[1],
            value=cell[2],
            count=shown.get(cell),
            growth=_growth(shown.get((before.get(cell[0], ""), *cell[1:])), shown.get(cell)),
        )
        for cell in sorted(counts)
        if cell[0] in months
    ]


def since_beginning(counts: Mapping[Cell, int], until: str) -> list[Since]:
    """Of :data:`LASTING`, up to and with the month ``until``."""
    sums: Counter[str] = Counter()
    for (month, measure, value), count in counts.items():
        if measure == LASTING and month <= until:
            sums[value] += count
    return [
        Since(measure=LASTING, value=value, count=count - count % ROUNDED)
        for value, count in sorted(sums.items())
        if count >= SMALLEST
    ]


def months_between(first: str, last: str) -> list[str]:
    """``2026-11`` to ``2027-02``, both included."""
    at, end = _number(first), _number(last)
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(at, end + 1)]


def _hide_the_one_left(
    shown: dict[Cell, int], counts: Mapping[Cell, int], month: str, measure: str
) -> None:
    """One hidden cell is what the sum lacks: a second one is hidden with it."""
    row = [cell for cell in counts if cell[:2] == (month, measure)]
    visible = [cell for cell in row if cell in shown]
    if len(row) - len(visible) == 1 and visible:
        del shown[min(visible, key=lambda cell: shown[cell])]


def _growth(before: int | None, now: int | None) -> float | None:
    if before is None or now is None:
        return None
    return round(100 * (now - before) / before, 1)


def _member(data: Mapping[str, Any], path: str) -> str:
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(month: str) -> int:
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1
