"""Series expanded within a window, and rules that are not taken."""

import time
from datetime import datetime

import pytest

from services.agenda.domain.recurrence import BadRule, Recurrence, check_rule, starts
from services.agenda.domain.when import When
from shared.kernel.clock import instant

civil = datetime.fromisoformat


def expanded(
    rule: str | None,
    start: str,
    since: str,
    until: str,
    zone: str | None = "Europe/Paris",
    **more: tuple[str, ...],
) -> list[str]:
    when = When(start=civil(start), zone=zone, days=0 if zone else 1)
    series = Recurrence(rule=rule, **more)
    found = starts(when, series, civil(since), civil(until))
    return [at.isoformat(timespec="minutes") for at in found]


def test_a_weekly_appointment_keeps_its_hour_over_both_changes() -> None:
    """
    Nine o'clock is nine o'clock in winter and in summer: 08:00 then 07:00 UTC.
    """
    when = When(start=civil("2026-03-22T09:00"), zone="Europe/Paris")
    series = Recurrence(rule="FREQ=WEEKLY")

    spring = starts(when, series, civil("2026-03-22"), civil("2026-04-06"))
    autumn = starts(when, series, civil("2026-10-18"), civil("2026-11-02"))

    assert [instant(when.moved(at).starts_at)[5:16] for at in spring] == [
        "03-22T08:00", "03-29T07:00", "04-05T07:00",
    ]  # fmt: skip
    assert [instant(when.moved(at).starts_at)[5:16] for at in autumn] == [
        "10-18T07:00", "10-25T08:00", "11-01T08:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=10", ["01-05", "01-15", "01-25"]),
        ("FREQ=DAILY;BYDAY=MO,FR", ["01-05", "01-09", "01-12", "01-16", "01-19", "01-23",
                                    "01-26", "01-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", ["01-05", "01-08", "01-19", "01-22"]),
        ("FREQ=MONTHLY;BYDAY=2TU", ["01-05", "01-13"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["01-05", "01-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["01-05", "01-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["01-05", "01-31"]),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=3WE", ["01-05", "01-21"]),
        ("FREQ=WEEKLY;COUNT=3", ["01-05", "01-12", "01-19"]),
        ("FREQ=WEEKLY;UNTIL=20260112T080000Z", ["01-05", "01-12"]),
        ("FREQ=WEEKLY;UNTIL=20260112T075959Z", ["01-05"]),
        ("FREQ=WEEKLY;UNTIL=20260112", ["01-05", "01-12"]),
        ("FREQ=WEEKLY;UNTIL=20260112T090000", ["01-05", "01-12"]),
    ],
)  # fmt: skip
def test_rules(rule: str, days: list[str]) -> None:
    """
    Worked out on a calendar of January 2026, whose fifth is a Monday; the start always counts.
    """
    found = expanded(rule, "2026-01-05T09:00", "2026-01-01", "2026-02-01")

    assert [at[5:10] for at in found] == days


@pytest.mark.parametrize(
    ("until", "days"), [("20260107", ["05", "06", "07"]), ("20260107T000000", ["05", "06"])]
)
def test_an_until_without_a_zone_is_of_the_civil_time_of_the_series(
    until: str, days: list[str]
) -> None:
    """
    Half past midnight in Paris is still the day before in UTC: counted there, one more would come.
    """
    found = expanded(f"FREQ=DAILY;UNTIL={until}", "2026-01-05T00:30", "2026-01-01", "2026-02-01")

    assert [at[8:10] for at in found] == days


def test_until_in_the_hour_that_comes_twice() -> None:
    """
    UNTIL is an instant: 01:00 UTC of that night is the second 02:00, after the first 02:30.
    """
    rule = "FREQ=DAILY;UNTIL=20261025T010000Z"

    found = expanded(rule, "2026-10-24T02:30", "2026-10-24", "2026-10-28")

    assert found == ["2026-10-24T02:30", "2026-10-25T02:30"]


def test_a_birthday_on_a_leap_day_comes_every_fourth_year() -> None:
    """
    A day that a year does not have is skipped, never moved (RFC 5545 3.3.10).
    """
    found = expanded("FREQ=YEARLY", "2024-02-29T00:00", "2024-01-01", "2033-01-01", None)

    assert [at[:10] for at in found] == ["2024-02-29", "2028-02-29", "2032-02-29"]


def test_days_added_come_once_and_in_order() -> None:
    """
    RDATE adds to the rule, and the same day twice is one.
    """
    found = expanded(
        "FREQ=WEEKLY;COUNT=2", "2026-01-05T09:00", "2026-01-01", "2026-02-01",
        added=("2026-01-12T09:00:00", "2026-01-07T15:00:00"),
    )  # fmt: skip

    assert found == ["2026-01-05T09:00", "2026-01-07T15:00", "2026-01-12T09:00"]


def test_a_window_far_from_the_start_gives_the_same_days() -> None:
    """
    A jump towards the window keeps the phase of the interval: every third week from Monday.
    """
    near = expanded(
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE", "2001-01-01T09:00", "2001-01-01", "2026-03-01"
    )
    far = expanded(
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE", "2001-01-01T09:00", "2026-01-01", "2026-03-01"
    )

    assert far == [at for at in near if at >= "2026"]
    assert far


REFUSED = [
    "FREQ=HOURLY", "FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=9,10", "FREQ=YEARLY;BYWEEKNO=53",
    "FREQ=YEARLY;BYYEARDAY=366", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=1001",
    "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1001", "FREQ=DAILY;COUNT=2;UNTIL=20270101",
    "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYDAY=0MO",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYDAY=54MO",
    "FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=1", "FREQ=MONTHLY;BYDAY=SA,1WE", "FREQ=YEARLY;BYDAY=MO,-1MO",
]  # fmt: skip


@pytest.mark.parametrize("rule", REFUSED)
def test_rules_that_no_appointment_has_are_refused_at_once(rule: str) -> None:
    """
    Some never end, some search for ever: none may be evaluated.
    """
    began = time.monotonic()

    with pytest.raises(BadRule):
        check_rule(rule, civil("2026-01-05T09:00"))
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("rule", "taken", "refused"),
    [
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2026-02-01", "2027-02-01"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYDAY=5MO", "2028-02-01", "2026-02-01"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", "2026-03-01", "2026-02-01"),
        ("FREQ=MONTHLY;INTERVAL=24;BYMONTHDAY=-29", "2026-02-01", "2027-02-01"),
        ("FREQ=MONTHLY;INTERVAL=48;BYDAY=-5MO", "2028-02-01", "2026-02-01"),
    ],
)
def test_rules_that_come_to_no_day_at_all_are_refused(rule: str, taken: str, refused: str) -> None:
    """
    In no year it comes to has the month that day: it would be searched for until year 9999, each
    time the agenda is read.
    """
    check_rule(rule, civil(taken))
    with pytest.raises(BadRule):
        check_rule(rule, civil(refused))


def test_the_weeks_of_a_year_are_not_those_of_a_month() -> None:
    """
    Without BYMONTH the ordinals of a yearly rule are counted in the year (RFC 5545 3.3.10).
    """
    found = expanded("FREQ=YEARLY;BYDAY=5MO,53MO", "2029-02-01T09:00", "2029-01-01", "2030-12-31")

    assert found == ["2029-02-01T09:00", "2029-12-31T09:00", "2030-02-04T09:00"]
    check_rule("FREQ=YEARLY;BYDAY=5MO,53MO", civil("2029-02-01"))


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=5L", "FREQ=MONTHLY;BYDAY=SA,1WE",
     "FREQ=MONTHLY;INTERVAL=24;BYMONTHDAY=29"],
)  # fmt: skip
def test_a_rule_that_was_taken_once_and_is_refused_since_has_its_start_alone(rule: str) -> None:
    """
    A leap month (RFC 7529) made the whole agenda unreadable, the others slow: both have no day.
    """
    began = time.monotonic()

    for _ in range(10):
        assert expanded(rule, "2027-02-01T09:00", "2027-01-01", "2060-01-01") == [
            "2027-02-01T09:00"
        ]
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"])
def test_a_series_that_began_long_ago_is_not_walked_through(rule: str) -> None:
    """
    A hundred such series of 1900 must not cost more than what they show.
    """
    began = time.monotonic()
    for _ in range(100):
        assert len(expanded(rule, "1900-01-01T09:00", "2199-01-01", "2199-01-15")) == 14
    assert time.monotonic() - began < 5


def test_more_days_than_a_life_has_are_refused() -> None:
    """
    One component must not hold a calendar of its own.
    """
    with pytest.raises(BadRule):
        Recurrence(added=tuple(f"{n}" for n in range(1001)))
