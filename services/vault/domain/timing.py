"""When time acts on a document, and how long it waits."""

import calendar
from datetime import datetime, timedelta
from enum import StrEnum

NOTICE_AFTER = timedelta(days=14)
"""CSP R.1111-53: after that, told of an update of the record."""


class Due(StrEnum):
    """``NOTICE`` and ``OPENING`` of one hidden from the person; ``ARCHIVE`` of any."""

    NOTICE = "notice"
    OPENING = "opening"
    ARCHIVE = "archive"


def opens_at(hidden_since: datetime) -> datetime:
    """A month later (CSP R.1111-53): the same day of the next month, or its last."""
    year, month = divmod(hidden_since.year * 12 + hidden_since.month, 12)
    day = min(hidden_since.day, calendar.monthrange(year, month + 1)[1])
    return hidden_since.replace(year=year, month=month + 1, day=day)
