"""Who sees an appointment, and who may touch it."""

from uuid import uuid4

import pytest

from services.agenda.contract.views import Appointments
from services.agenda.domain.errors import READ_ONLY_FR, ReadOnly
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from tests.agenda.appointments import SERIES, add, adding, cancelling, changing
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


def test_a_secret_session_leaves_what_parents_see(world: World) -> None:
    """
    CSP L1111-5: a change that they see would tell them of it; what is hidden from them changes.
    """
    shown, hidden = add(world, PATIENT), add(world, IN_SECRET)
    before = world.show(PARENT)

    with pytest.raises(SeenByRepresentatives):
        world.app.change_appointment(changing(shown, title="Autre"), IN_SECRET)
    with pytest.raises(SeenByRepresentatives):
        world.app.cancel_appointment(cancelling(shown), IN_SECRET)
    world.app.change_appointment(changing(hidden, title="Autre"), IN_SECRET)

    assert world.show(PARENT) == before
    assert {one.title for one in world.show()} == {before[0].title, "Autre"}


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
