"""Seasons of the rules: days of the year that come again each year."""

from dataclasses import dataclass
from datetime import date, timedelta


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
