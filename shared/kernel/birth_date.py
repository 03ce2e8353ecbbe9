"""Birth dates as received, and the day of the calendar to compute with beside them."""

from calendar import monthrange
from datetime import date


def computable(text: str) -> date:
    """INSi gives days that no calendar has (30 February, month 13, day 0). RNIV: an unknown day
    and month count as the last of the year; likewise here an unknown or impossible day counts
    as the last of its month. Never shown as the birth date.
    """
    year, month, day = (int(part) for part in text.split("-"))
    if not 1 <= month <= 12:
        return date(year, 12, 31)
    last = monthrange(year, month)[1]
    return date(year, month, day if 1 <= day <= last else last)


def earliest(text: str) -> date:
    """The first day on which someone of that birth date may have been born: nobody is born after
    today, nor dies before, for want of a day that is known.
    """
    year, month, day = (int(part) for part in text.split("-"))
    if not 1 <= month <= 12:
        return date(year, 1, 1)
    return date(year, month, day if 1 <= day <= monthrange(year, month)[1] else 1)
