"""Who could open a document: the same rules, asked in advance."""

from datetime import timedelta
from uuid import uuid4

from services.access import contract as c
from services.access.domain.outside import Named
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, care_team, consent
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    NURSE,
    PATIENT,
    RECORD,
    SOFTWARE,
)


def asked(world: World, **attributes: object) -> c.WhoCanOpenAnswer:
    given = {"class": "10", "type": "11502-2", "confidentiality": ["N"], **attributes}
    request = c.WhoCanOpen.model_validate({"record_id": RECORD, "document_attributes": given})
    return world.app.who_can_open(request, PATIENT)


def named(world: World, professional: str, profession: str, name: str) -> None:
    world.outsiders.professionals[professional] = Named(
        family_name=name,
        given_name="Claude",
        profession=profession,
        specialty=None,
        pharmacist_section=None,
    )


def by_name(answer: c.WhoCanOpenAnswer) -> dict[str, bool]:
    return {known.professional: known.can_open for known in answer.by_name}


def test_by_profession_the_matrix_says_who_would_see_it_if_let_in(world: World) -> None:
    """
    Sourced: five types are closed to dentists, residence attestations to doctors.
    """
    report = {p.profession: p for p in asked(world).by_profession}
    closed = {p.profession: p for p in asked(world, type="83901-9").by_profession}

    assert report["10"].if_authorised
    assert report["10"].if_emergency
    assert report["10"].label_fr == "Médecin"
    assert closed["10"].if_authorised
    assert not closed["40"].if_authorised


def test_the_class_of_a_document_is_that_of_its_type(world: World) -> None:
    """
    Whatever else is said of it: the matrix would be asked about another document.
    """
    assert asked(world, **{"class": "99"}).by_profession == asked(world).by_profession


def test_what_the_person_masked_or_switched_off_is_said(world: World) -> None:
    """
    Masked: no profession; with break-glass refused: none in an emergency.
    """
    masked = asked(world, confidentiality=["MASQUE_PS"]).by_profession
    assert not any(p.if_authorised or p.if_emergency for p in masked)

    world.app.set_emergency_switches(
        c.SetEmergencySwitches(
            request_id=uuid4(), record_id=RECORD, regulation=True, break_glass=False, masked=False
        ),
        PATIENT,
    )
    assert not any(p.if_emergency for p in asked(world).by_profession)


def test_by_name_those_the_record_knows_as_what_the_directory_says(world: World) -> None:
    """
    Each as decide would answer them: treating doctor, consent, team, block.
    """
    world.treated_by(DOCTOR)
    world.app.declare_consent(consent(DENTIST), PATIENT)
    world.app.declare_consent(consent(NURSE), PATIENT)
    world.app.block_professional(block(NURSE), PATIENT)
    until = world.clock.now() + HOUR
    world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id, until=until), SOFTWARE)
    for who in (DOCTOR, DENTIST, NURSE, HOSPITAL_DOCTOR):
        named(world, who.id, who.profession or "", f"NAME-{who.id}")

    answer = asked(world)

    people = (DOCTOR, DENTIST, NURSE, HOSPITAL_DOCTOR)
    assert by_name(answer) == {who.id: world.decide(who).permit for who in people}
    told = {known.professional: known for known in answer.by_name}
    assert told[NURSE.id].why_fr == "Est bloqué sur votre dossier."
    assert told[DOCTOR.id].why_fr == "C’est votre médecin traitant."
    assert told[DOCTOR.id].family_name == f"NAME-{DOCTOR.id}"
    assert not by_name(asked(world, type="83901-9"))[DENTIST.id]


def test_whom_the_directory_does_not_know_opens_nothing(world: World) -> None:
    """
    Without a profession the matrix is silent; the number is shown all the same.
    """
    world.treated_by(DOCTOR)

    (known,) = asked(world).by_name

    assert (known.professional, known.family_name, known.can_open) == (DOCTOR.id, None, False)


def test_a_right_that_has_ended_names_nobody(world: World) -> None:
    """
    Those whose consent is over are not known to the record any more.
    """
    world.app.declare_consent(consent(DENTIST), PATIENT)
    world.move(timedelta(hours=24))

    assert asked(world).by_name == []


def test_an_emergency_names_who_broke_the_glass_while_it_lasts(world: World) -> None:
    """
    It is their session, and nobody else's: who is known otherwise opens by what they were given.
    """
    named(world, DOCTOR.id, "10", "ESSAI")
    named(world, DENTIST.id, "40", "AUTRE")
    world.app.block_professional(block(DENTIST), PATIENT)
    glass = c.BreakGlass(
        request_id=uuid4(), record_id=RECORD, reason="fallen", unable_to_consent=True
    )
    session = world.app.break_glass(glass, DOCTOR)

    assert by_name(asked(world)) == {DOCTOR.id: True, DENTIST.id: False}

    world.move(session.ends_at - world.clock.now())
    assert not by_name(asked(world)).get(DOCTOR.id)


def test_nothing_is_kept_of_the_question(world: World) -> None:
    """
    Nobody opened anything: no decision, no journal line.
    """
    before = world.app.head().position
    asked(world)

    assert world.app.head().position == before
