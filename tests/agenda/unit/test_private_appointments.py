"""What is private is masked to professionals, whoever said so: a calendar, or the person here."""

import pytest

from services.agenda.contract.views import Appointments
from services.agenda.messages import AppointmentAdded, AppointmentChanged, message_for
from shared.kernel.errors import Forbidden
from tests.agenda.appointments import add, changing
from tests.agenda.ics import MORNING, WEEKLY, take, vevent
from tests.agenda.world import DOCTOR, PARENT, PATIENT, RECORD, STRANGER, World

TREATING, OTHER = DOCTOR, STRANGER
"""The first reads what is masked too (CSP R1111-49), the second does not."""


@pytest.fixture
def world(world: World) -> World:
    world.access.consent(RECORD, OTHER)
    return world


def seen_by(world: World) -> dict[str, int]:
    """How many each of them is shown, and is told that there are."""
    readers = {"person": PATIENT, "parent": PARENT, "treating": TREATING, "other": OTHER}
    shown = {name: len(world.show(who)) for name, who in readers.items()}
    asked = Appointments(record_id=RECORD)
    assert shown == {n: world.app.appointments(asked, who).total for n, who in readers.items()}
    return shown


ALL = {"person": 1, "parent": 1, "treating": 1, "other": 1}
MASKED = ALL | {"other": 0}


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("CLASS:PRIVATE", MASKED),
        ("CLASS:CONFIDENTIAL", MASKED),
        ("class:private ", MASKED),
        ("CLASS;X-FROM=a:PRIVATE", MASKED),
        ("CLASS:X-FAMILY", MASKED),
        ("CLASS:PUBLIC\r\nCLASS:PRIVATE", MASKED),
        ("CLASS:PUBLIC", ALL),
        ("CLASS: Public ", ALL),
        ("CLASS:", ALL),
        ("X-CLASS:PRIVATE", ALL),
    ],
)
def test_a_calendar_says_what_is_private(world: World, line: str, seen: dict[str, int]) -> None:
    """RFC 5545 3.8.1.3: PUBLIC unless it is said; a word that is not known is read as PRIVATE."""
    assert [str(part.outcome) for part in take(world, vevent("a", MORNING, line)).parts] == [
        "added"
    ]

    assert seen_by(world) == seen
    assert [view.private for view in world.show()] == [seen is MASKED]


def test_a_class_that_cannot_be_read_is_refused_with_its_event(world: World) -> None:
    """Taken without it, it would be shown to those it was to be kept from."""
    imported = take(world, vevent("a", MORNING, 'CLASS;X="a:PRIVATE'))

    assert [dict(part.fields) for part in imported.parts] == [{"CLASS": "is malformed"}]
    assert world.show() == []


def test_one_private_occurrence_masks_its_series(world: World) -> None:
    """Who reads the others would see which day is missing."""
    changed = "RECURRENCE-ID;TZID=Europe/Paris:20261208T093000"
    moved = "DTSTART;TZID=Europe/Paris:20261208T100000"
    take(world, vevent("a", MORNING, WEEKLY))
    assert seen_by(world)["other"] == 4

    take(world, vevent("a", changed, moved, "CLASS:PRIVATE"))

    assert seen_by(world) == {"person": 4, "parent": 4, "treating": 4, "other": 0}
    assert {view.private for view in world.show()} == {True}


def test_its_newest_revision_says_whether_it_is_private(world: World) -> None:
    """In whatever order they arrive; of a cancelled one it is said as before."""
    first = vevent("a", MORNING, "CLASS:PRIVATE")
    second = vevent("a", MORNING, "SEQUENCE:1", "CLASS:PUBLIC")
    take(world, second)
    take(world, first)
    assert seen_by(world) == ALL

    take(world, vevent("a", MORNING, "SEQUENCE:2", "CLASS:PRIVATE"))
    take(world, vevent("a", "SEQUENCE:3"), method="CANCEL")

    assert world.show(OTHER, include_cancelled=True) == []
    assert len(world.show(include_cancelled=True)) == 1


def test_a_calendar_taken_before_its_class_was_heard_is_heard_again(world: World) -> None:
    """Of two that say the same at the same place but for this, the private one holds."""
    take(world, vevent("a", MORNING))

    imported = take(world, vevent("a", MORNING, "CLASS:PRIVATE"))
    take(world, vevent("a", MORNING))

    assert [str(part.outcome) for part in imported.parts] == ["changed"]
    assert seen_by(world) == MASKED


def test_the_person_says_what_is_private_here_too(world: World) -> None:
    """And takes it back; what is not given stays as it was."""
    appointment = add(world, private=True)
    assert seen_by(world) == MASKED

    world.app.change_appointment(changing(appointment, title="Autre"), PATIENT)
    assert seen_by(world) == MASKED

    world.app.change_appointment(changing(appointment, private=False), PATIENT)
    assert seen_by(world) == ALL


@pytest.mark.parametrize(
    ("first", "chosen", "later", "seen"),
    [
        ("CLASS:PUBLIC", True, "CLASS:PUBLIC", MASKED),
        ("CLASS:PRIVATE", True, "CLASS:PUBLIC", MASKED),
        ("CLASS:PUBLIC", False, "CLASS:PRIVATE", ALL),
        ("CLASS:PRIVATE", False, "CLASS:CONFIDENTIAL", ALL),
        ("CLASS:PUBLIC", None, "CLASS:PRIVATE", MASKED),
        ("CLASS:PRIVATE", None, "CLASS:PUBLIC", ALL),
    ],
)
def test_what_the_person_chose_lasts(
    world: World, first: str, chosen: bool | None, later: str, seen: dict[str, int]
) -> None:
    """Whatever the next revisions of their calendar say of it, and whatever else of it they, or
    the person, change; nobody chose where nothing was given."""
    take(world, vevent("a", MORNING, first))
    (appointment,) = {view.appointment_id for view in world.show()}
    given = {} if chosen is None else {"private": chosen}
    world.app.change_appointment(changing(appointment, title="Autre", **given), PATIENT)

    for number in (1, 2):
        take(world, vevent("a", MORNING, f"SEQUENCE:{number}", later))
        assert seen_by(world) == seen
    world.app.change_appointment(changing(appointment, comment="À jeun"), PATIENT)
    take(world, vevent("a", MORNING, "SEQUENCE:3", later))

    assert seen_by(world) == seen
    assert {view.private for view in world.show()} == {seen is MASKED}


def test_a_choice_is_of_one_occurrence_or_of_the_series(world: World) -> None:
    """The last one counts: of the series it is of all its occurrences."""
    day = "RECURRENCE-ID;TZID=Europe/Paris:20261208T093000"
    moved = "DTSTART;TZID=Europe/Paris:20261208T100000"
    take(world, vevent("a", MORNING, WEEKLY), vevent("a", day, moved))
    (appointment,) = {view.appointment_id for view in world.show()}
    (key,) = {view.occurrence for view in world.show() if view.starts_at.hour == 9}

    world.app.change_appointment(changing(appointment, occurrence=key, private=True), PATIENT)
    take(world, vevent("a", MORNING, WEEKLY, "SEQUENCE:1"), vevent("a", day, moved, "SEQUENCE:1"))
    assert seen_by(world)["other"] == 0

    world.app.change_appointment(changing(appointment, private=False), PATIENT)
    assert seen_by(world)["other"] == 4
    take(world, vevent("a", day, moved, "SEQUENCE:2", "CLASS:PRIVATE"))
    assert seen_by(world)["other"] == 4

    world.app.change_appointment(changing(appointment, occurrence=key, private=True), PATIENT)
    assert seen_by(world)["other"] == 0


def test_messages_say_from_whom_it_is_hidden(world: World) -> None:
    """Whoever reads the journal is not told there of what the agenda does not show them: also not
    of another day of a series of which one is private."""
    day = "RECURRENCE-ID;TZID=Europe/Paris:20261208T093000"
    moved = "DTSTART;TZID=Europe/Paris:20261208T100000"
    take(world, vevent("a", MORNING, WEEKLY))
    take(world, vevent("a", day, moved, "CLASS:PRIVATE"))
    take(world, vevent("a", MORNING, WEEKLY, "SEQUENCE:1", "SUMMARY:Autre"))
    (appointment,) = {view.appointment_id for view in world.show()}
    world.app.change_appointment(changing(appointment, private=False, title="Encore"), PATIENT)

    told = [message_for(row.event) for row in world.app.read(0, 1000)]
    kinds = (AppointmentAdded, AppointmentChanged)

    assert [m.confidentiality for m in told if isinstance(m, kinds)] == [
        [], ["MASQUE_PS"], ["MASQUE_PS"], [],
    ]  # fmt: skip


def test_a_professional_is_told_nothing_of_it(world: World) -> None:
    """Neither by a list nor by a refusal that is another than of nothing."""
    add(world, private=True)
    world.access.close(RECORD)

    with pytest.raises(Forbidden):
        world.show(OTHER)
