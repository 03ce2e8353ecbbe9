"""Ages and delays of the rules, as ISO 8601 durations: ``P2M``, ``P18Y``, ``P32W``, ``P9D``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"P(\d{1,3})([YMWD])")


@dataclass(frozen=True)
class Period:
    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises :class:`ValueError`."""
        form = _FORM.fullmatch(text)
        if not form:
            raise ValueError(f"{text!r} is no period like P2M")
        return cls(int(form[1]), form[2])

    def after(self, day: date) -> date:
        """The day an age is reached, or a delay is over.

        Where the month has no such day, the day after its last: born on 29 February one is of
        age on 1 March, as for the majority (identity).
        """
        if self.unit in "DW":
            return day + timedelta(days=self.count * (7 if self.unit == "W" else 1))
        months = self.count * (12 if self.unit == "Y" else 1) + day.month - 1
        year, month = day.year + months // 12, months % 12 + 1
        last = monthrange(year, month)[1]
        if day.day > last:
            return date(year, month, last) + timedelta(days=1)
        return date(year, month, day.day)


@dataclass(frozen=True)
class Season:
    """Days of the year, both included, ``MM-DD/MM-DD``; may go over the end of the year."""

    first: tuple[int, int]
    last: tuple[int, int]

    @classmethod
    def parse(cls, text: str) -> "Season":
        """Raises :class:`ValueError`."""
        first, _, last = text.partition("/")
        ends = [date.fromisoformat(f"2000-{end}") for end in (first, last)]
        return cls((ends[0].month, ends[0].day), (ends[1].month, ends[1].day))

    def of(self, year: int) -> tuple[date, date]:
        """The one that begins that year: first day, and the day after the last."""
        ends_in = year + (self.last < self.first)
        return date(year, *self.first), date(ends_in, *self.last) + timedelta(days=1)
