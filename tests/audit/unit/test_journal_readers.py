"""Who sees which lines of a journal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain.audience import Scope
from services.audit.domain.lines import Who
from services.audit.domain.reading import JournalReading, MandateUse
from services.audit.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from tests.audit.logs import NOW
from tests.audit.world import (
    AUDITOR,
    DENTIST,
    DOCTOR,
    HOSPITAL,
    PARENT,
    PATIENT,
    RECORD,
    REFUSED_FR,
    World,
)


@pytest.mark.parametrize(
    "reader",
    [PARENT, replace(PARENT, kind=ActorKind.CAREGIVER)],
    ids=["representative", "caregiver"],
)
def test_who_acts_for_the_person_sees_no_secret_session(world: World, reader: Actor) -> None:
    """What a minor did in secret is hidden from parents, and counted for the minor."""
    secret = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    world.tell("identity.record_activated", PATIENT)
    world.tell("access.emergency_switches_set", secret)

    assert world.read(reader).total == 1
    assert world.read(PATIENT).total == 2


def test_a_secret_carried_by_a_service_is_one(world: World) -> None:
    """Who acted decides, whatever the message's own mark says."""
    secret = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    carried = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=secret)
    world.tell("access.emergency_switches_set", carried)

    assert world.read(PARENT).total == 0


def test_a_professional_sees_their_own_lines(world: World) -> None:
    """And is asked about no more than those, so that no refusal is made of it."""
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)
    world.tell("access.glass_broken", DOCTOR, professional=DOCTOR.id)

    page = world.read(DENTIST)

    assert page.scope == "own"
    assert page.total == 1
    assert [line.actor.id for line in page.items] == [DENTIST.id]
    assert world.rules.asked == [(Scope.OWN, DENTIST.id)]


def test_a_professional_named_by_a_software_owns_the_line(world: World) -> None:
    """A facility's software acted, for an authenticated professional."""
    software = Actor(kind=ActorKind.FACILITY, id=HOSPITAL.id, on_behalf_of=DENTIST)
    world.tell("access.care_team_joined", software)

    assert world.read(DENTIST).total == 1


def test_a_professional_s_own_line_about_what_they_may_not_see(world: World) -> None:
    """They know that they tried; nothing tells what it was, nor why they were refused."""
    document_id = world.deposit(HOSPITAL, "MASQUE_PS")
    world.decided(DENTIST, permit=False, document_id=document_id)

    [line] = world.read(DENTIST).items

    assert line.document is None
    assert line.sentence_fr == (
        "Un professionnel de santé (chirurgien-dentiste) a voulu consulter un document de "
        "l’espace santé. L’accès a été refusé."
    )


def test_the_insurer_gives_records(world: World) -> None:
    """It acts as operator; people know it by its name."""
    world.tell("identity.ins_attached", Actor(kind=ActorKind.OPERATOR, id="cnam"))

    [line] = world.read(PATIENT).items

    assert line.actor_kind is Who.ENROLMENT
    assert line.sentence_fr.startswith("L’Assurance Maladie a rattaché")
    world.tell("identity.record_closed", Actor(kind=ActorKind.OPERATOR, id="host"))
    assert world.read(PATIENT, limit=1).items[0].actor.who_fr == "L’exploitant du service"


def test_the_treating_doctor_sees_all(world: World) -> None:
    """Those whom the person trusts with the journal."""
    world.rules.whole_for.add(DOCTOR.id)
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)

    page = world.read(DOCTOR)

    assert page.scope == "all"
    assert page.total == 1
    assert "l’espace santé" in page.items[0].sentence_fr


def test_an_auditor_sees_who_and_not_what(world: World) -> None:
    """All lines, hidden ones too, and of none which document it was; the mandate is logged."""
    world.deposit(HOSPITAL)
    world.deposit(DOCTOR, "INVISIBLE_PATIENT")

    page = world.read(AUDITOR)

    assert page.total == 2
    assert all(line.document is None for line in page.items)
    assert all("un document à" in line.sentence_fr for line in page.items)
    assert [r.topic for r in world.audit.read(0, 10)] == [
        JournalReading.Created.TOPIC,
        MandateUse.Created.TOPIC,
    ]


def test_a_refused_reader_sees_nothing_and_no_reading_is_saved(world: World) -> None:
    """The decision's id and its French sentence come with the refusal."""
    world.rules.denied.add(DENTIST.id)

    with pytest.raises(Forbidden) as refusal:
        world.read(DENTIST)

    assert refusal.value.decision_id is not None
    assert refusal.value.message_fr == REFUSED_FR
    assert world.audit.head().position == 0


def test_every_reading_is_an_event_that_others_hear_of(world: World) -> None:
    """Who watches is watched: the next page of the journal will tell of this one."""
    page = world.read(PATIENT, group="GENERAL", from_=NOW, to=NOW + timedelta(days=1))

    [recorded] = world.audit.read(0, 10)
    assert isinstance(recorded.event, JournalReading.Created)
    assert recorded.record_id == RECORD
    assert recorded.event.filters == {
        "group": "GENERAL",
        "from": "2026-11-21T12:00:00.000Z",
        "to": "2026-11-22T12:00:00.000Z",
    }
    message = message_for(recorded.event)
    assert message is not None
    assert message.model_dump(mode="json")["decision_id"] == str(page.decision_id)
