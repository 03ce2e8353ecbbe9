"""When time acts on a document, and how long it waits."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.periods import months_after

NOTICE_AFTER = timedelta(days=14)
"""CSP R.1111-53: after that, told of an update of the record."""


class Due(StrEnum):
    """``NOTICE`` and ``OPENING`` of one hidden from the person; ``ARCHIVE`` of any."""

    NOTICE = "notice"
    OPENING = "opening"
    ARCHIVE = "archive"


def opens_at(hidden_since: datetime) -> datetime:
    """A month later (CSP R.1111-53): the same day of the next month, or its last."""
    return months_after(hidden_since, 1)
