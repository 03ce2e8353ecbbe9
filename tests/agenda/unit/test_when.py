"""Civil times of France and instants, over both changes of the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.agenda.domain.when import BadWhen, When, civil_of, instant_of, is_zone
from shared.kernel.clock import instant

PARIS = "Europe/Paris"


def civil(text: str, **length: int) -> When:
    return When(start=datetime.fromisoformat(text), zone=PARIS, **length)


def test_a_time_that_the_clock_skips_is_read_with_the_offset_before() -> None:
    """
    RFC 5545 3.3.5: on 29 March 2026, 02:30 does not exist and means 03:30 of summer time.
    """
    assert instant(civil("2026-03-29T02:30").starts_at) == "2026-03-29T01:30:00.000Z"


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    """
    RFC 5545 3.3.5: on 25 October 2026, 02:30 is still summer time.
    """
    assert instant(civil("2026-10-25T02:30").starts_at) == "2026-10-25T00:30:00.000Z"


@pytest.mark.parametrize("moment", ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"])
def test_an_instant_stays_that_instant(moment: str) -> None:
    """
    Both half past two of that night exist, and a person who named one must find it again.
    """
    at = datetime.fromisoformat(moment)
    when = When.of_instants(at, at + timedelta(hours=1), PARIS)

    kept = When.from_event(when.to_event())

    assert (kept.starts_at, kept.ends_at) == (at, at + timedelta(hours=1))
    assert kept.start.hour == 2


def test_an_exact_length_and_a_nominal_one_differ_where_the_clock_changes() -> None:
    """
    RFC 5545 3.3.6: hours are exact, days are those of the calendar: 23 hours that Sunday.
    """
    exact = civil("2026-03-28T12:00", seconds=24 * 3600)
    nominal = civil("2026-03-28T12:00", days=1)

    assert civil_of(exact.ends_at, PARIS).hour == 13
    assert civil_of(nominal.ends_at, PARIS).hour == 12
    assert nominal.ends_at - nominal.starts_at == timedelta(hours=23)


def test_whole_days_begin_and_end_with_the_days_of_france() -> None:
    """
    A stay from Saturday to Sunday of the change: 47 hours, both days included.
    """
    stay = When.of_days(date(2026, 3, 28), date(2026, 3, 29))

    assert instant(stay.starts_at) == "2026-03-27T23:00:00.000Z"
    assert instant(stay.ends_at) == "2026-03-29T22:00:00.000Z"
    assert (stay.first_day, stay.last_day) == (date(2026, 3, 28), date(2026, 3, 29))
    assert stay.key == "2026-03-28"


@pytest.mark.parametrize(
    "length", [{"seconds": -1}, {"days": -1}, {"days": 367}, {"seconds": 400 * 86400}]
)
def test_what_no_appointment_lasts_is_refused(length: dict[str, int]) -> None:
    """
    Nothing ends before it starts, or lasts more than a year.
    """
    with pytest.raises(BadWhen):
        civil("2026-11-21T09:00", **length)


@pytest.mark.parametrize("length", [{"days": 366}, {"seconds": 366 * 86400}])
def test_what_lasts_a_year_is_taken(length: dict[str, int]) -> None:
    """
    Of the longest, to the second.
    """
    civil("2026-11-21T09:00", **length)
    with pytest.raises(BadWhen):
        civil("2026-11-21T09:00", **length | {"seconds": length.get("seconds", 0) + 1})


@pytest.mark.parametrize("year", [1899, 2201])
def test_years_beyond_all_appointments_are_refused(year: int) -> None:
    """
    Far years make expansion slow and instants overflow.
    """
    with pytest.raises(BadWhen):
        civil(f"{year}-01-01T09:00")


def test_a_zone_is_looked_up_by_name_and_never_as_a_path() -> None:
    """
    A name of elsewhere must not open a file here.
    """
    assert is_zone("Indian/Reunion")
    for name in ("../../etc/passwd", "/etc/localtime", "", "Europe/Nowhere"):
        assert not is_zone(name)


def test_civil_time_of_an_overseas_department() -> None:
    """
    Réunion is three hours ahead of Paris in winter, and has no summer time.
    """
    morning = datetime.fromisoformat("2026-12-01T09:00")

    assert instant_of(morning, "Indian/Reunion") == datetime(2026, 12, 1, 5, tzinfo=UTC)
