"""The instant a person comes of age: 18, from the first hour of that day in France."""

from calendar import monthrange
from datetime import UTC, date, datetime, time

from shared.kernel.french import FRANCE

MAJORITY_YEARS = 18


def majority_at(birth_date: str) -> datetime:
    """UTC. ``birth_date`` is that of the traits, so it may be no day of the calendar.

    RNIV: an unknown day and month count as the last of the year; likewise here an unknown or
    impossible day counts as the last of its month. Born on 29 February: 1 March.
    """
    born = _computable(birth_date)
    year = born.year + MAJORITY_YEARS
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        day = date(year, 3, 1)
    else:
        day = born.replace(year=year)
    return datetime.combine(day, time(), FRANCE).astimezone(UTC)


def _computable(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    if not 1 <= month <= 12:
        return date(year, 12, 31)
    last = monthrange(year, month)[1]
    return date(year, month, day if 1 <= day <= last else last)
