"""Appointments added, changed and cancelled; what is refused before anything is asked."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.agenda.domain.errors import AlreadyCancelled
from shared.kernel.clock import instant
from shared.kernel.errors import Conflict, InvalidRequest, TooMany
from tests.agenda.appointments import AT, SERIES, add, adding, cancelling, changing
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import PATIENT, World


def test_an_appointment_is_added_changed_and_cancelled(world: World) -> None:
    """
    What is not named in a change stays; null takes a word away.
    """
    added = add(world, ends_at="2026-12-01T10:00:00+01:00", name="Dr Morel", comment="À jeun")

    world.app.change_appointment(
        changing(added, title="Contrôle dentaire", comment=None, status="FULFILLED"), PATIENT
    )
    (seen,) = world.show()
    assert (seen.title, seen.name, seen.comment) == ("Contrôle dentaire", "Dr Morel", None)
    assert (seen.status.value, instant(seen.ends_at)) == ("FULFILLED", "2026-12-01T09:00:00.000Z")

    for _ in range(2):
        world.app.cancel_appointment(cancelling(added), PATIENT)

    assert world.show() == []
    assert world.topics() == [
        "appointment_begun", "appointment_added", "appointment_changed", "appointment_cancelled",
    ]  # fmt: skip
    with pytest.raises(AlreadyCancelled):
        world.app.change_appointment(changing(added, title="Encore"), PATIENT)


def test_the_same_request_adds_once(world: World) -> None:
    """
    A telephone that loses the answer asks again; with other words it is another request.
    """
    request = adding()

    first, again = (world.app.add_appointment(request, PATIENT) for _ in range(2))

    assert first == again
    assert len(world.show()) == 1
    with pytest.raises(Conflict):
        world.app.add_appointment(request.model_copy(update={"title": "Autre"}), PATIENT)


@pytest.mark.parametrize(
    "said",
    [
        {"starts_at": None},
        {"starts_at": "2026-12-01T09:30:00"},
        {"ends_at": "2026-12-01T09:00:00+01:00"},
        {"day": "2026-12-01"},
        {"starts_at": None, "day": "2026-12-02", "last_day": "2026-12-01"},
        {"last_day": "2026-12-02"},
        {"starts_at": None, "zone": "Europe/Paris"},
        {"zone": "Europe/Nowhere"},
        {"zone": "../../etc/passwd"},
        {"starts_at": "1890-01-01T00:00:00Z"},
        {"starts_at": "2300-01-01T00:00:00Z"},
        {"ends_at": "2028-12-01T09:30:00+01:00"},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 101},
        {"comment": "x" * 1001},
        {"status": "CANCELLED"},
        {"status": "ENTEREDINERROR"},
        {"type": "DOCTOR"},
        {"record_id": "me"},
        {"unknown": 1},
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(said: dict[str, Any]) -> None:
    """
    Limits of the national application: title 100, comment 1000; one kind of time, in order.
    """
    with pytest.raises(ValidationError):
        adding(**said)


def test_control_characters_do_not_get_in() -> None:
    """
    A title is one line.
    """
    assert adding(title="Dentiste\n\x07 demain").title == "Dentiste demain"
    assert adding(comment="Deux\nlignes\x00").comment == "Deux\nlignes"


def test_one_occurrence_of_a_series_is_changed_or_cancelled(world: World) -> None:
    """
    The others stay; an import of the same calendar does not undo what the person did.
    """
    imported = world.app.import_calendar(importing(calendar(SERIES)), PATIENT)
    series = imported.parts[0].appointment_id
    assert series
    second, third = "2026-12-08T08:30:00.000Z", "2026-12-15T08:30:00.000Z"

    world.app.change_appointment(
        changing(series, occurrence=second, starts_at="2026-12-09T15:00:00Z", title="Déplacé"),
        PATIENT,
    )
    world.app.cancel_appointment(cancelling(series, occurrence=third), PATIENT)
    world.app.import_calendar(importing(calendar(SERIES)), PATIENT)

    assert [(instant(v.starts_at)[5:16], v.title) for v in world.show()] == [
        ("12-01T08:30", "Rendez-vous"),
        ("12-09T15:00", "Déplacé"),
        ("12-22T08:30", "Rendez-vous"),
    ]
    for wrong in ("2026-12-02T08:30:00.000Z", "2026-12-08", "not a date"):
        with pytest.raises((InvalidRequest, ValidationError)):
            world.app.cancel_appointment(cancelling(series, occurrence=wrong), PATIENT)


def test_what_a_person_changed_gives_way_to_the_next_sequence_of_its_calendar(
    world: World,
) -> None:
    """
    RFC 5546 2.1.4: whoever organises it counts up for a change that matters, whenever it was made.
    """
    (part,) = world.app.import_calendar(importing(calendar(SERIES)), PATIENT).parts
    assert part.appointment_id
    second = "2026-12-08T08:30:00.000Z"
    moved = changing(part.appointment_id, occurrence=second, starts_at="2026-12-09T15:00:00Z")
    world.app.change_appointment(moved, PATIENT)

    for sequence, shown in ((0, "12-09T15:00"), (1, "12-10T07:00")):
        said = vevent(
            "s", "RECURRENCE-ID:20261208T083000Z", "DTSTART:20261210T070000Z",
            f"SEQUENCE:{sequence}",
        )  # fmt: skip
        world.app.import_calendar(importing(calendar(said)), PATIENT)
        assert instant(world.show()[1].starts_at)[5:16] == shown


@pytest.mark.parametrize(
    ("zone", "second"),
    [
        ("America/Martinique", "2026-12-08T13:30:00.000Z"),
        ("Indian/Reunion", "2026-12-08T05:30:00.000Z"),
        ("Pacific/Noumea", "2026-12-07T22:30:00.000Z"),
    ],
)
def test_an_occurrence_is_found_by_its_instant_whatever_its_clocks_show(
    world: World, zone: str, second: str
) -> None:
    """
    09:30 each Tuesday, hours behind UTC or ahead of it, and the day before there.
    """
    weekly = vevent("s", f"DTSTART;TZID={zone}:20261201T093000", "RRULE:FREQ=WEEKLY;COUNT=2")
    (part,) = world.app.import_calendar(importing(calendar(weekly)), PATIENT).parts
    assert part.appointment_id

    world.app.cancel_appointment(cancelling(part.appointment_id, occurrence=second), PATIENT)

    (left,) = world.show()
    assert instant(left.starts_at) < second
    assert len(world.show(include_cancelled=True)) == 2


def test_of_one_occurrence_alone_nothing_is_changed_without_naming_it(world: World) -> None:
    """
    Its series was never seen, so there is no whole that could be meant.
    """
    alone = vevent("s", "RECURRENCE-ID:20261215T083000Z", "DTSTART:20261201T083000Z")
    world.app.import_calendar(importing(calendar(alone)), PATIENT)
    (shown,) = world.show()

    with pytest.raises(InvalidRequest) as refusal:
        world.app.cancel_appointment(cancelling(shown.appointment_id), PATIENT)
    assert set(refusal.value.fields) == {"occurrence"}
    world.app.cancel_appointment(
        cancelling(shown.appointment_id, occurrence=shown.occurrence), PATIENT
    )
    assert world.show() == []


def test_a_series_is_moved_where_it_comes_from(world: World) -> None:
    """
    What was said of its occurrences is said of their days; its words may be changed.
    """
    imported = world.app.import_calendar(importing(calendar(SERIES)), PATIENT)
    series = imported.parts[0].appointment_id
    assert series

    with pytest.raises(InvalidRequest) as refusal:
        world.app.change_appointment(changing(series, starts_at=AT.replace("09", "11")), PATIENT)
    assert set(refusal.value.fields) == {"occurrence"}
    world.app.change_appointment(changing(series, title="Orthophoniste"), PATIENT)

    assert [view.title for view in world.show()] == ["Orthophoniste"] * 4


def test_a_full_agenda_takes_no_more(world: World) -> None:
    """
    The world's limit is 60.
    """
    for _ in range(60):
        add(world)
    world.catch_up()

    with pytest.raises(TooMany):
        add(world)
