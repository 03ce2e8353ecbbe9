"""When representatives stop acting."""

from datetime import UTC, datetime

import pytest

from services.identity.domain.majority import majority_at


@pytest.mark.parametrize(
    ("birth_date", "instant"),
    [
        # First hour of the day in Paris: 23:00 UTC of the day before, 22:00 in summer.
        ("2008-11-21", datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2008-07-14", datetime(2026, 7, 13, 22, tzinfo=UTC)),
        # Born on 29 February: that day does not exist 18 years later.
        ("2008-02-29", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        # Days of no calendar count as late as they can be read.
        ("2008-02-30", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2008-04-00", datetime(2026, 4, 29, 22, tzinfo=UTC)),
        ("2008-00-00", datetime(2026, 12, 30, 23, tzinfo=UTC)),
    ],
)
def test_eighteen_years_in_the_time_of_france(birth_date: str, instant: datetime) -> None:
    """
    The instant is exact: at it, and not a second before, representatives are refused.
    """
    assert majority_at(birth_date) == instant
