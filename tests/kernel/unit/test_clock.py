"""Time: one form on the wire, and a clock that a demonstration may move."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import FixedClock, ShiftedClock, SystemClock, instant, parse_instant

moments = st.datetimes(timezones=st.just(UTC)).filter(lambda m: m.year >= 1000)
"""Years of four digits, as RFC 3339 has them."""
MOMENT = datetime(2026, 11, 21, 13, 5, 7, 123456, tzinfo=UTC)


def test_an_instant_is_utc_with_milliseconds() -> None:
    """
    RFC 3339 as CONTRACT asks: always Z, always three decimals.
    """
    paris = MOMENT.astimezone(timezone(timedelta(hours=1)))

    assert instant(MOMENT) == instant(paris) == "2026-11-21T13:05:07.123Z"
    assert instant(MOMENT.replace(microsecond=0)) == "2026-11-21T13:05:07.000Z"


@given(moments)
def test_an_instant_reads_back_to_the_millisecond(moment: datetime) -> None:
    """
    What one service writes another reads as the same instant.
    """
    again = parse_instant(instant(moment))

    assert again.tzinfo is UTC
    assert timedelta() <= moment - again < timedelta(milliseconds=1)


@given(
    moments,
    moments,
)
def test_the_order_of_texts_is_the_order_of_time(one: datetime, other: datetime) -> None:
    """
    Read models compare instants as text: due dates are found that way.
    """
    if instant(one) < instant(other):
        assert one < other


def test_a_time_without_offset_is_refused() -> None:
    """
    "Noon" of no place would be another instant in each time zone.
    """
    with pytest.raises(ValueError, match="offset"):
        parse_instant("2026-11-21T13:05:07")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_beyond_the_calendar_is_refused(text: str) -> None:
    """
    Callers write such times: they are wrong in form, like any other, and no failure of ours.
    """
    with pytest.raises(ValueError, match="between the years"):
        parse_instant(text)


def test_shifted_clock_reads_its_file_at_each_call(tmp_path: Path) -> None:
    """
    All processes of a demonstration move together, when the file says so.
    """
    file = tmp_path / "clock"
    clock = ShiftedClock(file)
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)

    file.write_text("3600")
    assert timedelta(minutes=59) < clock.now() - SystemClock().now() < timedelta(minutes=61)

    file.write_text("")
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)


def test_fixed_clock_moves_only_when_told() -> None:
    """
    A test that waits for nothing depends on nothing.
    """
    clock = FixedClock(MOMENT)
    assert clock.now() == clock.now() == MOMENT

    clock.move(timedelta(days=42))

    assert clock.now() == MOMENT + timedelta(days=42)


def test_system_time_is_aware() -> None:
    """
    A naive time would compare with nothing.
    """
    assert SystemClock().now().utcoffset() == timedelta()
