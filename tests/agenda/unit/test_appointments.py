"""What people do with their appointments, and what they may not."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.agenda.contract.appointments import (
    AddAppointment,
    CancelAppointment,
    ChangeAppointment,
)
from services.agenda.contract.views import Appointments
from services.agenda.domain.errors import READ_ONLY_FR, AlreadyCancelled, ReadOnly
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, TooMany
from tests.agenda.bundles import booked, bundle, importing_bundle
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import (
    BOOKING,
    DOCTOR,
    IN_SECRET,
    OTHER_RECORD,
    PARENT,
    PATIENT,
    RECORD,
    STRANGER,
    World,
)

AT = "2026-12-01T09:30:00+01:00"
SERIES = vevent("s", "DTSTART;TZID=Europe/Paris:20261201T093000", "RRULE:FREQ=WEEKLY;COUNT=4")


def adding(**said: Any) -> AddAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "title": "Dentiste", "starts_at": AT}
    return AddAppointment.model_validate(given | said)


def changing(appointment_id: UUID, **said: Any) -> ChangeAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "appointment_id": appointment_id}
    return ChangeAppointment.model_validate(given | said)


def cancelling(appointment_id: UUID, **said: Any) -> CancelAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "appointment_id": appointment_id}
    return CancelAppointment.model_validate(given | said)


def add(world: World, by: Actor = PATIENT, **said: Any) -> UUID:
    return world.app.add_appointment(adding(**said), by).appointment_id


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
    with pytest.raises(InvalidRequest):
        world.show(cursor="nonsense")


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


def test_too_many_occurrences_are_refused_not_cut(world: World) -> None:
    """
    A list that silently misses an appointment is worse than none.
    """
    daily = [vevent(f"d{n}", "DTSTART:20170101T090000Z", "RRULE:FREQ=DAILY") for n in range(2)]
    world.app.import_calendar(importing(calendar(*daily)), PATIENT)

    with pytest.raises(TooMany):
        world.show(**{"from": "2017-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"})


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


def test_what_a_service_wrote_is_read_only_for_the_person(world: World) -> None:
    """
    It is changed at its source; the person is told so in plain words.
    """
    imported = world.app.import_appointments(importing_bundle(bundle(booked())), BOOKING)
    appointment = imported.parts[0].appointment_id
    assert appointment
    position = world.app.head().position

    with pytest.raises(ReadOnly) as refusal:
        world.app.change_appointment(changing(appointment, title="À moi"), PATIENT)
    with pytest.raises(ReadOnly):
        world.app.cancel_appointment(cancelling(appointment), PARENT)
    assert refusal.value.code == "forbidden"
    assert refusal.value.message_fr == READ_ONLY_FR
    assert world.app.head().position == position
    (seen,) = world.show()
    assert (seen.read_only, seen.author.source.value, seen.author.id) == (
        True, "application", "booking-app",
    )  # fmt: skip


def test_hidden_and_absent_are_refused_alike(world: World) -> None:
    """
    Same code, same sentences, a decision each time: an id must not tell that it is one.
    """
    hidden = add(world, IN_SECRET)
    told = []
    for target in (hidden, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            world.app.cancel_appointment(cancelling(target), PARENT)
        assert refusal.value.decision_id
        told.append(refusal.value.to_fault() | {"decision_id": ""})

    assert told[0] == told[1]


def test_an_appointment_of_another_record_is_as_good_as_none(world: World) -> None:
    """
    Whoever learns an id learns nothing from it.
    """
    added = add(world)
    request = cancelling(added).model_copy(update={"record_id": OTHER_RECORD})
    other = Actor(kind=PATIENT.kind, id=str(OTHER_RECORD), record_id=OTHER_RECORD)

    with pytest.raises(Forbidden):
        world.app.cancel_appointment(request, other)
    assert len(world.show()) == 1


def test_a_secret_session_hides_what_it_adds(world: World) -> None:
    """
    CSP L.1111-5: a minor's secret; neither shown to the parent, nor counted, nor exported.
    """
    add(world, IN_SECRET, title="Planning familial")
    add(world, PARENT, title="Pédiatre")

    assert {view.title for view in world.show()} == {"Planning familial", "Pédiatre"}
    assert [view.title for view in world.show(PARENT)] == ["Pédiatre"]
    listing = world.app.appointments(Appointments(record_id=RECORD), PARENT)
    assert listing.total == 1


def test_importing_what_a_secret_session_imported_tells_nothing(world: World) -> None:
    """
    To the parent the calendar is new, whatever their child did with it before.
    """
    ics = calendar(vevent("a@clinic", "DTSTART:20261201T093000Z"))
    world.app.import_calendar(importing(ics), IN_SECRET)

    parents = world.app.import_calendar(importing(ics), PARENT)

    assert [str(part.outcome) for part in parents.parts] == ["added"]
    assert len(world.show(PARENT)) == 1


def test_professionals_read_with_a_right_and_change_nothing(world: World) -> None:
    """
    Access decides each time; without it nothing is shown.
    """
    add(world)

    assert len(world.show(DOCTOR)) == 1
    with pytest.raises(Forbidden):
        world.show(STRANGER)
    world.access.close(RECORD)
    for by in (PATIENT, PARENT, DOCTOR):
        with pytest.raises(Forbidden) as refusal:
            world.show(by)
        assert refusal.value.decision_id


def test_nothing_is_saved_without_the_right_to_feed(world: World) -> None:
    """
    A closed record takes nothing in.
    """
    world.access.close(RECORD)

    with pytest.raises(Forbidden):
        world.app.add_appointment(adding(), PATIENT)
    with pytest.raises(Forbidden):
        world.app.import_calendar(importing(calendar(SERIES)), PATIENT)
    assert world.topics() == []


def test_access_is_told_codes_and_never_a_title(world: World) -> None:
    """
    A decision is kept for ever, in another service.
    """
    added = add(world, IN_SECRET, title="Planning familial")
    world.app.cancel_appointment(cancelling(added), IN_SECRET)

    assert [asked.resource for asked in world.access.asked] == [
        {
            "kind": "appointment",
            "confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"],
            "facility": None,
            "by_patient": True,
        }
    ] * 2


def test_a_full_agenda_takes_no_more(world: World) -> None:
    """
    The world's limit is 60.
    """
    for _ in range(60):
        add(world)
    world.catch_up()

    with pytest.raises(TooMany):
        add(world)
