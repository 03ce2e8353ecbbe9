"""The instant a person comes of age: 18, from the first hour of that day in France."""

from calendar import monthrange
from datetime import UTC, date, datetime, time

from shared.kernel.birth_date import computable
from shared.kernel.french import FRANCE

MAJORITY_YEARS = 18


def majority_at(birth_date: str) -> datetime:
    """UTC. ``birth_date`` is that of the traits, so it may be no day of the calendar.

    Born on 29 February: 1 March.
    """
    born = computable(birth_date)
    year = born.year + MAJORITY_YEARS
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        day = date(year, 3, 1)
    else:
        day = born.replace(year=year)
    return datetime.combine(day, time(), FRANCE).astimezone(UTC)
