"""What other software writes besides the standard: read as it is meant, or refused by its name."""

import pytest

from tests.agenda.ics import MORNING, WEEKLY, calendar, importing, starts, take, vevent
from tests.agenda.world import PATIENT, World


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["EXDATE;:20261208T083000Z", WEEKLY], {"EXDATE": "is malformed"}),
        (["EXDATE:20261208T083000Z", "EXDATE;:20261215T083000Z", WEEKLY],
         {"EXDATE": "is malformed"}),
        (['DTEND;TZID="Europe/Paris:20261201T103000'], {"DTEND": "is malformed"}),
        (["STATUS;=:CANCELLED"], {"STATUS": "is malformed"}),
        (["RRULE:D1 #5"], {"RRULE": "is malformed"}),
        (["RRULE:FREQ=DAILY;COUNT"], {"RRULE": "is malformed"}),
        (["RRULE:FREQ=DAILY;COUNT=2;COUNT=9"], {"RRULE": "is malformed"}),
        ([WEEKLY, "EXRULE:FREQ=WEEKLY;INTERVAL=2"], {"EXRULE": "is not taken"}),
    ],
)  # fmt: skip
def test_what_decides_is_never_left_out(
    world: World, lines: list[str], fault: dict[str, str]
) -> None:
    """
    Without that line the event would take place on days, or for hours, that nobody named.
    """
    (part,) = take(world, vevent("a", MORNING, *lines)).parts

    assert (part.outcome, part.fields) == ("refused", fault)


def test_days_that_are_none(world: World) -> None:
    """
    A last day before the first, and an hour that is said to be a day.
    """
    backwards, hour = take(
        world,
        vevent("a", "DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261201"),
        vevent("b", "DTSTART;VALUE=DATE:20261205T093000"),
    ).parts

    assert backwards.fields == {"DTEND": "ends before it starts"}
    assert hour.fields == {"DTSTART": "is no day"}


@pytest.mark.parametrize("empty", ["RRULE:", "RDATE:", "STATUS:", "RRULE:FREQ=DAILY;COUNT=1;"])
def test_an_empty_property_says_nothing(world: World, empty: str) -> None:
    """
    Some exports write all they know of, filled or not.
    """
    take(world, vevent("a", MORNING, empty))

    assert starts(world.show()) == ["2026-12-01T08:30"]


def test_an_alarm_decides_nothing(world: World) -> None:
    """
    Nothing of it is read, so nothing in it can be wrong.
    """
    take(
        world,
        vevent("a", MORNING, "BEGIN:VALARM", "TRIGGER:bientôt", "SUMMARY:Bip", "DURATION:PT5M",
               "END:VALARM", "SUMMARY:Dentiste"),
    )  # fmt: skip

    (seen,) = world.show()

    assert (seen.title, seen.ends_at) == ("Dentiste", seen.starts_at)


@pytest.mark.parametrize("kind", ["VTODO", "VTIMEZONE"])
def test_a_component_without_end_hides_none_after_it(world: World, kind: str) -> None:
    """
    RFC 5545 3.6: an event is never inside of another component.
    """
    take(world, f"BEGIN:{kind}\r\nUID:t\r\nEND:FAUTE", vevent("a", MORNING), vevent("b", MORNING))

    assert len(world.show()) == 2


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\x0b", "\x0c", "\x1e"])
def test_only_ends_of_lines_end_lines(world: World, end: str) -> None:
    """
    RFC 5545 3.1: else words that somebody pasted would cancel the appointment they are in.
    """
    take(world, vevent("a", MORNING, f"DESCRIPTION:Venir à jeun.{end}STATUS:CANCELLED"))

    assert len(world.show()) == 1


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_lines_end_as_systems_end_them(world: World, end: str) -> None:
    """
    And are folded there.
    """
    text = calendar(vevent("a", MORNING, "SUMMARY:Kiné\r\n sithérapie")).replace("\r\n", end)
    world.app.import_calendar(importing(text), PATIENT)

    assert [view.title for view in world.show()] == ["Kinésithérapie"]
