"""Times and days as other software writes them: the hour that was meant, or none."""

import pytest

from tests.agenda.ics import starts, take, vevent
from tests.agenda.world import World


def zone(name: str, winter: str, summer: str) -> str:
    """A definition with the changes of the clock that Europe has."""
    return "\r\n".join(
        [
            "BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:16010101T030000",
            f"TZOFFSETFROM:{summer}", f"TZOFFSETTO:{winter}",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT",
            "DTSTART:16010101T020000", f"TZOFFSETFROM:{winter}", f"TZOFFSETTO:{summer}",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
        ]
    )  # fmt: skip


PARIS = "(GMT+01.00) Bruxelles, Paris"


@pytest.mark.parametrize(
    ("line", "definition", "utc"),
    [
        ("DTSTART;TZID=Europe/Paris:20260701T093000Z", "", "2026-07-01T09:30"),
        ("DTSTART;TZID=GMT:20260701T093000", zone("GMT", "+0000", "+0100"), "2026-07-01T08:30"),
        ("DTSTART;TZID=GMT:20260701T093000", zone("Autre", "+0000", "+0100"), "2026-07-01T09:30"),
        (f'DTSTART;TZID="{PARIS}":20260701T093000',
         zone(PARIS.replace(",", "\\,"), "+0100", "+0200"), "2026-07-01T07:30"),
        (f"DTSTART;TZID={PARIS}:20260701T093000",
         zone(PARIS, "+0100", "+0200"), "2026-07-01T07:30"),
        ("DTSTART;TZID=/vendor.example/1/America/Argentina/Salta:20260701T093000", "",
         "2026-07-01T12:30"),
    ],
)  # fmt: skip
def test_zones_as_others_name_them(world: World, line: str, definition: str, utc: str) -> None:
    """
    RFC 5545 3.2.19: no zone is applied to a time in UTC; a name is what the calendar defines by it,
    escaped there as texts are, where the database has a zone without summer time of that name.
    """
    take(world, *filter(None, [definition]), vevent("a", line))

    assert starts(world.show()) == [utc]


def test_a_short_name_defined_as_a_zone_of_nobody_is_no_hour(world: World) -> None:
    """
    EST is five hours behind in the database, and whatever it says in the calendar.
    """
    strange = zone("EST", "+0445", "+0545")

    (part,) = take(world, strange, vevent("a", "DTSTART;TZID=EST:20260701T093000")).parts

    assert part.fields == {"DTSTART": "is in an unknown time zone"}


@pytest.mark.parametrize(
    ("named", "utc"),
    [("Romance Standard Time", ["2026-07-01T07:30"]), ("GMT Standard Time", ["2026-07-01T08:30"]),
     ("", ["2026-07-01T07:30"]), ("Ville Inconnue", [])],
)  # fmt: skip
def test_floating_times_of_a_calendar_that_names_its_zone(
    world: World, named: str, utc: list[str]
) -> None:
    """
    By whatever name; one that nobody knows is not France.
    """
    take(world, vevent("a", "DTSTART:20260701T093000"), more=f"X-WR-TIMEZONE:{named}")

    assert starts(world.show()) == utc


def test_days_left_out_and_changed_are_in_the_zone_of_their_series(world: World) -> None:
    """
    RFC 5545 3.8.5.1 wants the same form as DTSTART; some leave the zone away.
    """
    start = "DTSTART;TZID=Indian/Reunion:20261201T093000"
    take(
        world,
        vevent("s", start, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T093000"),
        vevent("s", "RECURRENCE-ID:20261203T093000",
               "DTSTART;TZID=Indian/Reunion:20261203T150000"),
    )  # fmt: skip

    assert starts(world.show()) == ["2026-12-01T05:30", "2026-12-03T11:00"]


def test_whole_days_as_exchange_writes_them(world: World) -> None:
    """
    Their last day, those left out and those changed are named by the midnight that begins them.
    """
    take(
        world,
        vevent("d", "DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260602",
               "RRULE:FREQ=DAILY;UNTIL=20260604T220000Z;WKST=MO",
               "EXDATE;TZID=Romance Standard Time:20260602T000000"),
        vevent("d", "RECURRENCE-ID;TZID=Romance Standard Time:20260603T000000",
               "DTSTART;VALUE=DATE:20260608"),
        vevent("d", "RECURRENCE-ID:20260603T220000Z", "DTSTART;VALUE=DATE:20260609"),
    )  # fmt: skip

    assert [str(view.day) for view in world.show()] == [
        "2026-06-01", "2026-06-05", "2026-06-08", "2026-06-09",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("until", "last"),
    [("20260604", 4), ("20260604T000000Z", 4), ("20260604T040000Z", 4), ("20260604T215959Z", 4),
        ("20260604T215900Z", 4),
     ("20260604T235959Z", 4), ("20260603T220000Z", 4), ("20260603T120000Z", 4)],
)  # fmt: skip
def test_the_last_of_whole_days(world: World, until: str, last: int) -> None:
    """
    A day, its midnight by a clock west or east of Greenwich, or its end.
    """
    take(world, vevent("d", "DTSTART;VALUE=DATE:20260601", f"RRULE:FREQ=DAILY;UNTIL={until}"))

    assert [view.day.day for view in world.show() if view.day] == list(range(1, last + 1))
