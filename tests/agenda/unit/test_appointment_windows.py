"""Which appointments are shown, in which order, between which days."""

import pytest

from services.agenda.contract.views import Appointments
from shared.kernel.errors import InvalidRequest, TooMany
from tests.agenda.appointments import add
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import PATIENT, RECORD, World


def test_whole_days_are_days(world: World) -> None:
    """
    A stay in hospital has days, not hours.
    """
    add(world, starts_at=None, day="2026-12-01", last_day="2026-12-03", title="Séjour")

    (seen,) = world.show()

    assert (str(seen.day), str(seen.last_day), seen.zone) == ("2026-12-01", "2026-12-03", None)


def test_past_and_to_come_in_order_and_in_pages(world: World) -> None:
    """
    Pages neither repeat nor miss, and the total is of all.
    """
    for day in ("2026-11-01", "2027-02-01", "2026-12-01", "2026-12-02"):
        add(world, starts_at=f"{day}T09:00:00Z", title=day)
    world.catch_up()

    titles: list[str] = []
    cursor = None
    for _ in range(2):
        asked = {"record_id": RECORD, "limit": 3, "cursor": cursor}
        page = world.app.appointments(Appointments.model_validate(asked), PATIENT)
        assert page.total == 4
        titles += [item.title for item in page.items]
        cursor = page.next_cursor

    assert cursor is None
    assert titles == ["2026-11-01", "2026-12-01", "2026-12-02", "2027-02-01"]
    for made_up in ("nonsense", "W1tb" * 900):  # the second: lists in lists, by the thousand
        with pytest.raises(InvalidRequest):
            world.show(cursor=made_up)


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("2026-12-01T08:30:00Z", "2026-12-02T00:00:00Z", True),
        ("2026-12-01T08:59:59Z", "2026-12-02T00:00:00Z", True),
        ("2026-12-01T09:00:00Z", "2026-12-02T00:00:00Z", False),
        ("2026-11-01T00:00:00Z", "2026-12-01T08:30:00Z", False),
        ("2026-11-01T00:00:00Z", "2026-12-01T08:30:01Z", True),
    ],
)
def test_the_window_takes_what_falls_in_it_at_least_in_part(
    world: World, since: str, until: str, shown: bool
) -> None:
    """
    From 08:30 to 09:00 UTC: the end of each bound is excluded.
    """
    add(world, ends_at="2026-12-01T10:00:00+01:00")

    assert bool(world.show(**{"from": since, "to": until})) == shown


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("2016-01-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("1700-01-01T00:00:00Z", "1701-01-01T00:00:00Z"),
    ],
)
def test_windows_that_nobody_can_read_are_refused(world: World, since: str, until: str) -> None:
    """
    Backwards, beyond ten years, or beyond the calendar.
    """
    with pytest.raises(InvalidRequest):
        world.show(**{"from": since, "to": until})


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "9999-12-31T00:00:00Z"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"},
    ],
    ids=["from the last year", "to the first", "before it in UTC", "all"],
)
def test_a_window_at_the_end_of_the_calendar_is_refused(
    world: World, asked: dict[str, str]
) -> None:
    """
    Software that means "all" says the first and the last date that it knows.
    """
    with pytest.raises(InvalidRequest) as refusal:
        world.show(**asked)
    assert refusal.value.fields.keys() <= {"from", "to"}


def test_too_many_occurrences_are_refused_not_cut(world: World) -> None:
    """
    A list that silently misses an appointment is worse than none.
    """
    daily = [vevent(f"d{n}", "DTSTART:20170101T090000Z", "RRULE:FREQ=DAILY") for n in range(2)]
    world.app.import_calendar(importing(calendar(*daily)), PATIENT)

    with pytest.raises(TooMany):
        world.show(**{"from": "2017-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"})
