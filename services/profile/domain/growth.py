"""How children grow: reference curves by the LMS method (Cole 1990)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from shared.kernel.french import day_in_france, latest_day_in_france

CENTILES: Mapping[str, float] = {
    "p3": -1.880794, "p10": -1.281552, "p25": -0.674490, "p50": 0.0,
    "p75": 0.674490, "p90": 1.281552, "p97": 1.880794,
}  # fmt: skip
"""Name of a centile, and its place on the standard normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Lms:
    """At an age in months: power, median, coefficient of variation."""

    months: float
    l: float  # noqa: E741 - the method's own name
    m: float
    s: float

    def at(self, z: float) -> float:
        return float(self.m * (1 + self.l * self.s * z) ** (1 / self.l))


PRINTED = {"p3": "P3", "p50": "P50", "p97": "P97"}
"""Centiles of a chart, and their labels."""
MONTH = timedelta(days=30.4375)


class Source(NamedTuple):
    """Whose curves they are; ``name_fr``: as a chart says it."""

    name: str
    name_fr: str


class Growth:
    """``curves``: by kind of measure and sex (M, F), ages ascending; in the unit of the kind."""

    def __init__(
        self, curves: Mapping[tuple[str, str], Sequence[Lms]], source: Source | None = None
    ) -> None:
        self._curves = curves
        self.source = source or Source("", "")

    def curve(self, kind: str, sex: str) -> Sequence[Lms]:
        """Empty where there is none."""
        return self._curves.get((kind, sex), ())

    def charted(
        self, kind: str, sex: str, born: date, first: datetime, last: datetime
    ) -> dict[str, list[tuple[datetime, float]]]:
        """By label, from ``first`` to ``last``; empty for whoever is no child any more."""
        steps = max(1, round((last - first) / MONTH))
        instants = [first + (last - first) * step / steps for step in range(steps + 1)]
        rows = [(at, self.at(kind, sex, _age(born, at))) for at in instants]
        known = [(at, row) for at, row in rows if row]
        if len(known) < len(rows):
            return {}
        return {
            label: [(at, row.at(CENTILES[name])) for at, row in known]
            for name, label in PRINTED.items()
        }

    def at(self, kind: str, sex: str, months: float) -> Lms | None:
        """Between two ages of the table, in proportion; ``None`` outside of it."""
        curve = self.curve(kind, sex)
        if not curve or not curve[0].months <= months <= curve[-1].months:
            return None
        place = bisect_left(curve, months, key=lambda row: row.months)
        after = curve[place]
        if after.months == months:
            return after
        before = curve[place - 1]
        share = (months - before.months) / (after.months - before.months)
        return Lms(
            months=months,
            l=before.l + (after.l - before.l) * share,
            m=before.m + (after.m - before.m) * share,
            s=before.s + (after.s - before.s) * share,
        )


def _age(born: date, at: datetime) -> float:
    """In months. Whoever was measured at birth was not before it: overseas a day begins earlier."""
    day = max(day_in_france(at), min(born, latest_day_in_france(at)))
    return (day - born) / MONTH
