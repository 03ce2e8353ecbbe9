"""Ages, delays and terms of rules, as ISO 8601 durations: ``P2M``, ``P18Y``, ``P32W``, ``P9D``.

Months and years are those of the calendar: a year has 366 days where it takes a 29 February.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

Day = TypeVar("Day", bound=date)
_FORM = re.compile(r"P(\d{1,3})([YMWD])")


def months_after(day: Day, months: int) -> Day:
    """The day of that number so many months later (before, if negative), or the last of the month
    that has none (code de procédure civile, article 641). At the same hour, of an instant."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


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
        reached = self.last_day(day)
        is_short = self.unit in "YM" and reached.day < day.day
        return reached + timedelta(days=1) if is_short else reached

    def last_day(self, day: date) -> date:
        """Of a term that runs from ``day``: months and years as :func:`months_after`."""
        if self.unit in "DW":
            return day + timedelta(days=self.count * (7 if self.unit == "W" else 1))
        return months_after(day, self.count * (12 if self.unit == "Y" else 1))
