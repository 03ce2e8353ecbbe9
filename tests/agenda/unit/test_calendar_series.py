"""Series of other software's calendars: each occurrence once, as it was last said."""

from uuid import uuid4

import pytest

from services.agenda.contract.appointments import CancelAppointment
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest
from tests.agenda.ics import MORNING, WEEKLY, starts, take, vevent
from tests.agenda.world import PATIENT, RECORD, World


def test_a_series_with_days_left_out_added_and_changed(world: World) -> None:
    """
    RRULE, EXDATE, RDATE and RECURRENCE-ID together: each occurrence once, as it was last said.
    """
    take(
        world,
        vevent(
            "s", MORNING, WEEKLY, "DURATION:PT30M", "SUMMARY:Kinésithérapie",
            "EXDATE;TZID=Europe/Paris:20261208T093000", "RDATE:20261210T140000Z",
        ),
        vevent(
            "s", "RECURRENCE-ID:20261215T083000Z", "DTSTART;TZID=Europe/Paris:20261216T110000",
            "SUMMARY:Kinésithérapie (déplacée)",
        ),
        vevent("s", "RECURRENCE-ID:20261222T083000Z", MORNING, "STATUS:CANCELLED"),
    )  # fmt: skip

    seen = world.show()

    assert [(instant(v.starts_at)[5:16], v.title) for v in seen] == [
        ("12-01T08:30", "Kinésithérapie"),
        ("12-10T14:00", "Kinésithérapie"),
        ("12-16T10:00", "Kinésithérapie (déplacée)"),
    ]
    assert seen[2].occurrence == "2026-12-15T08:30:00.000Z"
    assert all(view.recurring for view in seen)
    assert len(world.show(include_cancelled=True)) == 4


def test_a_series_of_days(world: World) -> None:
    """
    Whole days repeat as days, and their changes are named by days.
    """
    take(
        world,
        vevent("d", "DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;COUNT=3",
               "EXDATE;VALUE=DATE:20261202"),
        vevent("d", "RECURRENCE-ID;VALUE=DATE:20261203", "DTSTART;VALUE=DATE:20261224"),
    )  # fmt: skip

    assert [str(view.day) for view in world.show()] == ["2026-12-01", "2026-12-24"]


def test_one_occurrence_alone_is_an_appointment(world: World) -> None:
    """
    Who is invited to a single occurrence never sees its series.
    """
    take(world, vevent("s", "RECURRENCE-ID:20261215T083000Z", MORNING))

    assert starts(world.show()) == ["2026-12-01T08:30"]


def test_a_series_moved_since_forgets_older_changes(world: World) -> None:
    """
    The whole series went from Tuesday to Wednesday: what was said of a Tuesday is over.
    """
    moved = "DTSTART;TZID=Europe/Paris:20261216T110000"
    take(world, vevent("s", MORNING, WEEKLY), vevent("s", "RECURRENCE-ID:20261215T083000Z", moved))

    take(world, vevent("s", "DTSTART;TZID=Europe/Paris:20261202T093000", WEEKLY, "SEQUENCE:1"))

    assert [at[5:] for at in starts(world.show())] == [
        "12-02T08:30", "12-09T08:30", "12-16T08:30", "12-23T08:30",
    ]  # fmt: skip


def test_a_series_renamed_since_keeps_what_was_moved_of_days_it_still_has(world: World) -> None:
    """
    A higher SEQUENCE forgets only what the series has no more; a day it leaves out, at the same
    SEQUENCE too.
    """
    moved = "DTSTART;TZID=Europe/Paris:20261216T110000"
    take(world, vevent("s", MORNING, WEEKLY), vevent("s", "RECURRENCE-ID:20261215T083000Z", moved))

    take(world, vevent("s", MORNING, WEEKLY, "SEQUENCE:1", "SUMMARY:Kiné"))
    assert [at[5:] for at in starts(world.show())] == [
        "12-01T08:30", "12-08T08:30", "12-16T10:00", "12-22T08:30",
    ]  # fmt: skip

    without = "EXDATE;TZID=Europe/Paris:20261215T093000"
    take(world, vevent("s", MORNING, WEEKLY, "SEQUENCE:2", without))
    assert [at[5:] for at in starts(world.show())] == ["12-01T08:30", "12-08T08:30", "12-22T08:30"]


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("2026-12-12T22:59:59Z", "2026-12-14T00:00:00Z", True),
        ("2026-12-12T23:00:00Z", "2026-12-14T00:00:00Z", False),
        ("2026-12-05T23:00:00Z", "2026-12-07T23:00:00Z", False),
        ("2026-12-05T23:00:00Z", "2026-12-07T23:00:01Z", True),
    ],
)
def test_a_window_takes_of_a_series_what_falls_in_it_in_part(
    world: World, since: str, until: str, shown: bool
) -> None:
    """
    As of one appointment: the second of stays from Tuesday to Saturday, by days of France.
    """
    stay = "DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261206"
    take(world, vevent("s", *stay, WEEKLY))

    days = [str(view.day) for view in world.show(**{"from": since, "to": until})]

    assert days == (["2026-12-08"] if shown else [])


@pytest.mark.parametrize(
    ("start", "until", "shown"),
    [
        ("VALUE=DATE:20261201", "99991231T230000Z", 31),
        ("TZID=America/Martinique:20261201T093000", "99991231", 31),
        ("TZID=America/Martinique:20261201T093000", "99991231T235959", 31),
        ("TZID=Pacific/Noumea:20261201T093000", "00010101T000000", 1),
        ("TZID=Pacific/Noumea:20261201T093000", "00010101", 1),
        ("VALUE=DATE:20261201", "00010101", 1),
    ],
)
def test_an_end_at_the_end_of_the_calendar_keeps_the_agenda_readable(
    world: World, start: str, until: str, shown: int
) -> None:
    """
    "For ever", or never, as software without a date writes it; no clock has the hour after.
    """
    take(world, vevent("s", f"DTSTART;{start}", f"RRULE:FREQ=DAILY;UNTIL={until}"))
    december = {"from": "2026-11-30T12:00:00Z", "to": "2026-12-31T14:00:00Z"}

    assert len(world.show(**december)) == shown


@pytest.mark.parametrize(
    "occurrence", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"]
)
def test_an_occurrence_at_the_end_of_the_calendar_is_none(world: World, occurrence: str) -> None:
    """
    Named by hand, it is refused as every other that the series does not have.
    """
    (part,) = take(world, vevent("s", MORNING, WEEKLY)).parts
    asked = {"record_id": RECORD, "appointment_id": part.appointment_id, "occurrence": occurrence}

    with pytest.raises(InvalidRequest) as refusal:
        world.app.cancel_appointment(
            CancelAppointment.model_validate({"request_id": uuid4()} | asked), PATIENT
        )
    assert list(refusal.value.fields) == ["occurrence"]
