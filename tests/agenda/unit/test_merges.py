"""When identity merges two records of one person, and splits them again."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agenda.contract.appointments import AddAppointment
from services.agenda.contract.imports import Imported
from services.agenda.contract.prevention import AskPlan, OptOut
from services.agenda.contract.reminders import AddReminder, RemoveReminder
from services.agenda.contract.reminders import Reminders as AskReminders
from services.agenda.domain.prevention_plan import PreventionPlan
from services.agenda.policies import POLICIES
from shared.kernel.actor import Actor, ActorKind
from tests.agenda.bundles import INS_SYSTEM, booked, bundle, importing_bundle
from tests.agenda.ics import MORNING, calendar, importing, vevent
from tests.agenda.world import HOSPITAL, OTHER_INS, OTHER_RECORD, PATIENT, RECORD, World
from tests.support.hearing import hear

PERSON = Actor(kind=ActorKind.PATIENT, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
MERGE = {"source": str(RECORD), "merge_id": str(uuid4())}


def merge(world: World) -> None:
    hear(world.app, POLICIES, "identity.records_merged", OTHER_RECORD, **MERGE)
    world.catch_up()


def split(world: World) -> None:
    status = {"source_status": "open"}
    hear(world.app, POLICIES, "identity.records_split", OTHER_RECORD, **MERGE, **status)
    world.catch_up()


def added(world: World) -> UUID:
    """An appointment and a reminder of the source; the reminder's id."""
    said = {"record_id": RECORD, "title": "Dentiste"}
    appointment = {"request_id": uuid4(), "day": "2026-12-01"} | said
    reminder = {"request_id": uuid4(), "date": "2026-12-01"} | said
    world.app.add_appointment(AddAppointment.model_validate(appointment), PATIENT)
    made = world.app.add_reminder(AddReminder.model_validate(reminder), PATIENT)
    return made.reminder_id


def reminders(world: World) -> list[UUID]:
    world.catch_up()
    asked = AskReminders.model_validate({"record_id": OTHER_RECORD})
    return [one.reminder_id for one in world.app.reminders(asked, PERSON).items]


def zoster(world: World) -> str:
    asked = AskPlan(record_id=OTHER_RECORD, include_past=True)
    items = world.app.prevention_plan(asked, PERSON).items
    return next(item.state.value for item in items if item.item.startswith("ZONA-1"))


def test_appointments_and_reminders_are_served_under_the_target(world: World) -> None:
    """
    Shown, exported and removed there; split, they are the source's again.
    """
    reminder = added(world)
    assert world.show(PERSON, record_id=OTHER_RECORD) == []
    merge(world)

    assert [one.title for one in world.show(PERSON, record_id=OTHER_RECORD)] == ["Dentiste"]
    assert reminders(world) == [reminder]
    removal: dict[str, Any] = {"record_id": OTHER_RECORD, "reminder_id": reminder}
    world.app.remove_reminder(RemoveReminder(request_id=uuid4(), **removal), PERSON)
    assert reminders(world) == []

    split(world)
    assert world.show(PERSON, record_id=OTHER_RECORD) == []
    assert len(world.show(PATIENT)) == 1


def imported(world: World, record_id: UUID, **changes: Any) -> Imported:
    asked = importing_bundle(bundle(booked(**changes)), record_id=record_id)
    return world.app.import_appointments(asked, HOSPITAL)


def test_a_service_cancels_under_the_target_what_it_booked_under_the_source(world: World) -> None:
    """
    It knows its appointment by its own number: there would be two, of which one stands for ever.
    """
    imported(world, RECORD)
    merge(world)
    later = {"lastUpdated": "2026-11-21T08:00:00Z"}

    assert imported(world, OTHER_RECORD).counts == {"unchanged": 1}
    assert len(world.show(PERSON, record_id=OTHER_RECORD)) == 1
    assert imported(world, OTHER_RECORD, status="cancelled", meta=later).counts == {"cancelled": 1}
    assert world.show(PERSON, record_id=OTHER_RECORD) == []

    split(world)
    assert imported(world, OTHER_RECORD).counts == {"added": 1}
    assert world.show(PATIENT) == []


def test_a_calendar_taken_again_under_the_target_adds_nothing(world: World) -> None:
    """
    The person's own calendar names its entries as before.
    """
    text = calendar(vevent("a@clinic", MORNING))
    world.app.import_calendar(importing(text), PATIENT)
    merge(world)

    again = world.app.import_calendar(importing(text, record_id=OTHER_RECORD), PERSON)

    assert again.counts == {"unchanged": 1}


def test_software_that_names_the_source_may_name_the_person_by_the_ins_that_lives(
    world: World,
) -> None:
    """
    It keeps the record's id, and was told of the merge by nobody.
    """
    merge(world)
    actor = {"type": "Patient", "identifier": {"system": INS_SYSTEM, "value": OTHER_INS[0]}}

    assert imported(world, RECORD, participant=[{"actor": actor}]).counts == {"added": 1}


def test_vaccinations_of_both_count_in_one_plan(world: World) -> None:
    """
    What was done under the former record is not asked for again, and the person is told once.
    """
    world.identities.born = world.identities.born.replace(year=1950)
    hear(world.app, POLICIES, "identity.record_activated", RECORD)
    vaccinated = {"entry_id": str(uuid4()), "section": "vaccinations", "code": "J07BK03"}
    known = vaccinated | {"date": "2026-01-15", "confidentiality": []}
    hear(world.app, POLICIES, "profile.profile_entry_added", RECORD, **known)
    assert zoster(world) == "not_specified"

    merge(world)
    assert zoster(world) == "done"
    source = world.app.plan_of(RECORD)
    assert source
    assert not source.active

    split(world)
    assert zoster(world) == "not_specified"
    again = world.app.plan_of(RECORD)
    assert again
    assert again.active


@pytest.mark.parametrize(
    ("closed", "told"), [(False, "reminder_due"), (True, "reminder_lapsed")], ids=["open", "closed"]
)
def test_a_reminder_of_the_source_is_told_while_the_target_is_open(
    world: World, *, closed: bool, told: str
) -> None:
    """
    It is served under the target, whose life counts: the source's own plan rests.
    """
    added(world)
    merge(world)
    if closed:
        hear(world.app, POLICIES, "identity.record_closed", OTHER_RECORD)
    world.clock.move(timedelta(days=11))
    position = world.app.head().position

    world.app.tell_due_reminders()

    assert world.topics(position) == [told]


def test_what_the_source_was_told_and_opted_out_of_is_not_told_again(world: World) -> None:
    """
    Nor does its plan wake at a split while its record is closed.
    """
    hear(world.app, POLICIES, "identity.record_activated", RECORD)
    out = {"request_id": uuid4(), "record_id": RECORD, "item": "GLAUCOME"}
    world.app.opt_out(OptOut.model_validate(out), PATIENT)

    def told() -> list[str]:
        """The items that the timer tells now."""
        world.catch_up()
        position = world.app.head().position
        world.app.tell_due_prevention()
        events = [row.event for row in world.app.read(position, 100)]
        return [item for e in events if isinstance(e, PreventionPlan.Due) for item in e.items]

    assert "DO_COLORECTAL:2024-02-03" in told()
    merge(world)
    hear(world.app, POLICIES, "identity.record_activated", OTHER_RECORD)
    assert told() == []

    status = {"source_status": "closed"}
    hear(world.app, POLICIES, "identity.records_split", OTHER_RECORD, **MERGE, **status)
    source = world.app.plan_of(RECORD)
    assert source
    assert not source.active
