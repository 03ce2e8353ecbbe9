"""The feed for other calendars: when, never what."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Timezone

from services.agenda.contract.appointments import CancelAppointment
from services.agenda.contract.reminders import AddReminder
from services.agenda.contract.views import ExportCalendar
from services.agenda.domain.ics.timezones import timezone_component
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.agenda.bundles import booked, bundle, importing_bundle
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import (
    BOOKING,
    IN_SECRET,
    OTHER_RECORD,
    PARENT,
    PATIENT,
    RECORD,
    STRANGER,
    World,
)

CLINICAL = "chimiothérapie-ABC"
SERIES = [
    vevent(
        f"{CLINICAL}@oncologie.example", "DTSTART;TZID=Europe/Paris:20261201T093000",
        "DURATION:PT30M", "RRULE:FREQ=WEEKLY;COUNT=5", f"SUMMARY:{CLINICAL}",
        f"LOCATION:Institut {CLINICAL}", f"DESCRIPTION:{CLINICAL}",
        f"ORGANIZER;CN=Dr {CLINICAL}:mailto:a@oncologie.example",
        "EXDATE;TZID=Europe/Paris:20261208T093000",
    ),
    vevent(
        f"{CLINICAL}@oncologie.example", "RECURRENCE-ID:20261215T083000Z",
        "DTSTART;TZID=Europe/Paris:20261216T110000", f"SUMMARY:{CLINICAL}",
    ),
]  # fmt: skip


def feed(world: World, by: Actor = PATIENT) -> str:
    world.catch_up()
    return world.app.export_calendar(ExportCalendar(record_id=RECORD), by).ics


def events(ics: str) -> list[Any]:
    return list(Calendar.from_ical(ics).walk("VEVENT"))


def fill(world: World) -> None:
    world.app.import_calendar(importing(calendar(*SERIES)), PATIENT)
    said = booked(CLINICAL, description=CLINICAL, patientInstruction=CLINICAL)
    world.app.import_appointments(importing_bundle(bundle(said)), BOOKING)
    reminder = {"request_id": uuid4(), "record_id": RECORD, "title": CLINICAL}
    world.app.add_reminder(
        AddReminder.model_validate(reminder | {"date": "2026-12-05", "comment": CLINICAL}), PATIENT
    )


def test_nothing_in_it_lets_guess_a_state_of_health(world: World) -> None:
    """
    No title, name, place, speciality, comment, nor the UID of a clinic: a telephone shows it.
    """
    fill(world)

    ics = feed(world)

    text = ics.replace("\r\n ", "")
    for word in (CLINICAL, "oncologie", "Morel", "Lilas", "générale", "Vitale", "899700366240"):
        assert word not in text
    allowed = {
        "UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "CLASS", "STATUS", "DTSTART", "DTEND",
        "DURATION", "RRULE", "EXDATE", "RECURRENCE-ID", "TRANSP",
    }  # fmt: skip
    assert {name for event in events(ics) for name in event} <= allowed
    assert {str(event["SUMMARY"]) for event in events(ics)} == {"Rendez-vous", "Rappel"}
    assert {str(event["CLASS"]) for event in events(ics)} == {"PRIVATE"}


def test_what_is_taken_back_is_what_was_given(world: World) -> None:
    """
    Imported again in an empty agenda the feed shows the same hours.
    """
    fill(world)
    before = [(view.starts_at, view.ends_at) for view in world.show()]
    ics = feed(world)

    mine = Actor(kind=PATIENT.kind, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
    world.app.import_calendar(importing(ics, record_id=OTHER_RECORD), mine)

    after = [(v.starts_at, v.ends_at) for v in world.show(mine, record_id=OTHER_RECORD)]
    reminder = datetime(2026, 12, 5, 8, tzinfo=UTC)
    assert sorted(at for at in after if at[0] != reminder) == before
    assert len(after) == len(before) + 1


def test_a_change_raises_sequence_and_a_cancellation_is_told(world: World) -> None:
    """
    A calendar that follows the feed drops what is cancelled, and takes the newer of two.
    """
    imported = world.app.import_calendar(
        importing(calendar(vevent("a", "DTSTART:20261201T093000Z"))), PATIENT
    )
    (first,) = events(feed(world))
    appointment = imported.parts[0].appointment_id
    request = {"request_id": uuid4(), "record_id": RECORD, "appointment_id": appointment}
    world.app.cancel_appointment(CancelAppointment.model_validate(request), PATIENT)

    (second,) = events(feed(world))

    assert first["UID"] == second["UID"] == str(appointment)
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert [str(event["STATUS"]) for event in (first, second)] == ["CONFIRMED", "CANCELLED"]


def test_one_cancelled_occurrence_is_left_out(world: World) -> None:
    """
    As EXDATE, which every calendar understands.
    """
    imported = world.app.import_calendar(importing(calendar(SERIES[0])), PATIENT)
    request = {
        "request_id": uuid4(),
        "record_id": RECORD,
        "appointment_id": imported.parts[0].appointment_id,
        "occurrence": "2026-12-22T08:30:00.000Z",
    }
    world.app.cancel_appointment(CancelAppointment.model_validate(request), PATIENT)

    (event,) = events(feed(world))

    left_out = sorted(value.dt.isoformat() for value in event["EXDATE"].dts)
    assert left_out == ["2026-12-08T09:30:00+01:00", "2026-12-22T09:30:00+01:00"]


def test_nobody_exports_what_is_hidden_from_them(world: World) -> None:
    """
    A minor's secret stays out of the parents' calendar, reminders too.
    """
    world.app.import_calendar(importing(calendar(*SERIES)), IN_SECRET)
    said = {"request_id": uuid4(), "record_id": RECORD, "title": "x", "date": "2026-12-05"}
    world.app.add_reminder(AddReminder.model_validate(said), IN_SECRET)

    assert events(feed(world, PARENT)) == []
    assert len(events(feed(world, PATIENT))) == 3
    with pytest.raises(Forbidden):
        feed(world, STRANGER)


def hours() -> Iterator[datetime]:
    """Every half hour around both changes of the clock of 2026 and 2027, and in between."""
    for at in ("2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31", "2026-07-01"):
        day = datetime.fromisoformat(at)
        yield from (day.replace(hour=h, minute=m) for h in range(6) for m in (0, 30))


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "America/Miquelon", "Pacific/Noumea", "Europe/London"]
)
def test_zones_are_defined_as_they_are(zone: str) -> None:
    """
    A calendar that knows no zone by name reads the definition, to the hour of each change.
    """
    component: Any = Timezone.from_ical(
        timezone_component(zone, datetime(2026, 1, 1, tzinfo=UTC)).to_ical()
    )
    defined = component.to_tz(lookup_tzid=False)

    for civil in hours():
        exists = civil.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        if exists.replace(tzinfo=None) == civil:
            assert civil.replace(tzinfo=defined).utcoffset() == exists.utcoffset(), civil


def test_the_times_of_a_zone_have_their_names() -> None:
    """
    RFC 5545, 3.8.3.1: what a calendar shows beside an hour.
    """
    component: Any = timezone_component("Europe/Paris", datetime(2026, 1, 1, tzinfo=UTC))

    names = {str(one["TZNAME"]): one["TZOFFSETTO"].to_ical() for one in component.subcomponents}

    assert names == {"CET": "+0100", "CEST": "+0200"}
