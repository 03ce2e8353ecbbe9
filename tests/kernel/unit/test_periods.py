"""Months and years of the calendar."""

from datetime import UTC, date, datetime

import pytest

from shared.kernel.periods import Period, months_after


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2026-11-21", 1, "2026-12-21"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2028-02-29", -24, "2026-02-28"),
        ("2027-01-15", -1, "2026-12-15"),
        ("2027-12-31", 0, "2027-12-31"),
    ],
)
def test_the_same_day_or_the_last_of_its_month(day: str, months: int, found: str) -> None:
    """
    Code de procédure civile, article 641; December is no thirteenth month.
    """
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(found)


def test_an_instant_keeps_its_hour() -> None:
    moment = datetime(2028, 1, 31, 23, 59, 30, tzinfo=UTC)
    assert months_after(moment, 1) == datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "day", "reached", "last"),
    [
        ("P1Y", "2027-06-01", "2028-06-01", "2028-06-01"),
        ("P18Y", "2008-02-29", "2026-03-01", "2026-02-28"),
        ("P4Y", "2008-02-29", "2012-02-29", "2012-02-29"),
        ("P3M", "2026-11-30", "2027-03-01", "2027-02-28"),
        ("P1M", "2026-01-31", "2026-03-01", "2026-02-28"),
        ("P2W", "2028-02-20", "2028-03-05", "2028-03-05"),
        ("P28D", "2028-02-10", "2028-03-09", "2028-03-09"),
    ],
)
def test_an_age_is_reached_the_day_after_and_a_term_ends_with_the_month(
    period: str, day: str, reached: str, last: str
) -> None:
    """
    Where the month has no such day: of age on 1 March, but valid until 28 February.
    """
    read, begun = Period.parse(period), date.fromisoformat(day)
    assert read.after(begun).isoformat() == reached
    assert read.last_day(begun).isoformat() == last


@pytest.mark.parametrize(
    "text", ["", "90", "P", "PM", "P1", "P1H", "P-1M", "P1000D", "P1Y2M", "p1Y"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no period like"):
        Period.parse(text)
