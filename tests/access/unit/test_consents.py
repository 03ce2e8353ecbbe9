"""Use cases: who is let in, by whom, and for how long."""

from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.grants import Means, Role
from services.access.domain.rights import Rights
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.access.support.judging import HOUR, MOMENT, NOW
from tests.access.support.logs import World, block, care_team, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    MOTHER,
    NURSE,
    OTHER_RECORD,
    PATIENT,
    PRACTICE,
    RECORD,
    SOFTWARE,
    STRANGER,
)


def test_a_consent_without_end_lasts_one_consultation(world: World) -> None:
    """
    CONTRACT: without valid_until, 24 hours by default; CSP R1111-46, before each consultation.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)

    world.move(24 * HOUR - MOMENT)
    assert world.decide(DOCTOR).permit
    world.move(MOMENT)
    assert not world.decide(DOCTOR).permit


def test_a_professional_collects_for_themselves(world: World) -> None:
    """
    The software's ticked box, in the professional's own name; who collected it is kept.
    """
    world.app.declare_consent(consent(DENTIST), DENTIST)

    assert world.rights().consents[DENTIST.id]["collected_by"] == DENTIST.id
    assert world.decide(DENTIST, resource={"type": "IMG-KOS"}).permit


def test_only_who_has_access_collects_for_another(world: World) -> None:
    """
    CSP R1111-46: by proxy, a professional having access, for another professional.
    """
    with pytest.raises(Forbidden):
        world.app.declare_consent(consent(NURSE), DOCTOR)
    world.treated_by(DOCTOR)
    world.app.declare_consent(consent(NURSE), DOCTOR)

    assert world.rights().consents[NURSE.id]["collected_by"] == DOCTOR.id


def test_access_ends_at_its_instant_for_who_collects_too(world: World) -> None:
    """
    Not a moment longer: from then on they ask for themselves alone.
    """
    world.app.declare_consent(consent(DOCTOR, valid_until=NOW + HOUR), PATIENT)
    world.app.declare_consent(consent(NURSE), DOCTOR)

    world.move(HOUR)

    with pytest.raises(errors.NotYours):
        world.app.declare_consent(consent(DENTIST), DOCTOR)


def test_nobody_collects_in_another_name(world: World) -> None:
    """
    Imputability: collected_by is who calls.
    """
    with pytest.raises(Forbidden):
        world.app.declare_consent(consent(DOCTOR, collected_by=DENTIST.id), DOCTOR)


def test_a_blocked_professional_collects_nothing(world: World) -> None:
    """
    Blocked means never, even with consent on the spot, nor through their facility.
    """
    world.app.block_professional(block(DOCTOR), PATIENT)
    through_facility = c.DeclareConsent(
        request_id=uuid4(), record_id=RECORD, facility=PRACTICE, means=Means.CHECKBOX
    )

    for request in (consent(DOCTOR), through_facility):
        with pytest.raises(Forbidden):
            world.app.declare_consent(request, DOCTOR)


def test_a_consent_cannot_end_in_the_past(world: World) -> None:
    """
    The caller is told which field.
    """
    with pytest.raises(errors.EndsInThePast) as refused:
        world.app.declare_consent(consent(DOCTOR, valid_until=NOW), PATIENT)

    assert set(refused.value.fields) == {"valid_until"}


def test_a_withdrawn_consent_counts_no_more(world: World) -> None:
    """
    Withdrawn by the person or given back by the professional, never by a third.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    withdraw = c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id)
    with pytest.raises(Forbidden):
        world.app.withdraw_consent(withdraw, DENTIST)
    world.app.withdraw_consent(withdraw, PATIENT)

    assert not world.decide(DOCTOR).permit
    again = withdraw.model_copy(update={"request_id": uuid4()})
    with pytest.raises(Conflict):
        world.app.withdraw_consent(again, PATIENT)


def test_a_care_team_opens_to_its_members_until_the_person_opposes_it(world: World) -> None:
    """
    CSP L1110-12: deemed authorised, told at each episode, and may oppose.
    """
    joined = world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id), SOFTWARE)
    assert world.decide(HOSPITAL_DOCTOR).permit
    assert not world.decide(NURSE).permit

    opposed = c.OfCareTeam(request_id=uuid4(), record_id=RECORD, team_id=joined.team_id)
    world.app.oppose_care_team(opposed, PATIENT)

    assert not world.decide(HOSPITAL_DOCTOR).permit
    with pytest.raises(errors.CareTeamOpposed):
        world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id), SOFTWARE)


def test_a_member_leaves_and_others_stay(world: World) -> None:
    """
    A professional takes out themselves; the facility, whom it wants.
    """
    joined = world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id, NURSE.id), SOFTWARE)
    leave = c.LeaveCareTeam(request_id=uuid4(), record_id=RECORD, team_id=joined.team_id)
    with pytest.raises(Forbidden):
        world.app.leave_care_team(leave, DENTIST)
    world.app.leave_care_team(leave, HOSPITAL_DOCTOR)

    prescription = {"type": "PRESC-BIO"}
    assert not world.decide(HOSPITAL_DOCTOR).permit
    assert world.decide(NURSE, resource=prescription).permit
    whole = leave.model_copy(update={"request_id": uuid4()})
    world.app.leave_care_team(whole, SOFTWARE)
    assert not world.decide(NURSE, resource=prescription).permit
    unknown = leave.model_copy(update={"request_id": uuid4(), "team_id": uuid4()})
    with pytest.raises(errors.NoSuchCareTeam):
        world.app.leave_care_team(unknown, SOFTWARE)


def test_an_administrator_is_named_and_removed_by_the_person(world: World) -> None:
    """
    CSP L1111-16: chosen by the person, who takes it back when they like.
    """
    world.app.name_administrator(of(DOCTOR), PATIENT)
    assert world.decide(DOCTOR).reasons == ["administrator"]
    world.app.remove_administrator(of(DOCTOR), PATIENT)

    assert not world.decide(DOCTOR).permit
    with pytest.raises(errors.NoSuchRole):
        world.app.remove_administrator(of(DOCTOR), PATIENT)


def test_nothing_is_granted_on_a_record_that_is_not_active(world: World) -> None:
    """
    Closed: neither read nor fed, so nobody is let in either.
    """
    world.hear("record_closed")

    with pytest.raises(Forbidden):
        world.app.declare_consent(consent(DOCTOR), PATIENT)
    with pytest.raises(Forbidden):
        world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id), SOFTWARE)


def test_a_record_access_never_heard_of_is_refused_like_one_not_yours(world: World) -> None:
    """
    "May not see" and "does not exist" are the same answer.
    """
    with pytest.raises(Forbidden) as unknown:
        world.app.name_administrator(of(DOCTOR, OTHER_RECORD), STRANGER)
    with pytest.raises(Forbidden) as not_theirs:
        world.app.name_administrator(of(DOCTOR), MOTHER)

    assert unknown.value.to_fault() == not_theirs.value.to_fault()


def test_a_representative_acts_until_majority(world: World) -> None:
    """
    Refused at the instant of the eighteenth birthday, also for commands.
    """
    world.hear(
        "record_announced",
        representatives=[MOTHER.id],
        majority_at="2026-11-21T11:00:00.000Z",
    )
    world.hear("record_opened")
    world.app.name_treating_doctor(of(DOCTOR), MOTHER)
    world.move(HOUR)

    with pytest.raises(Forbidden):
        world.app.name_treating_doctor(of(DENTIST), MOTHER)
    assert not world.decide(MOTHER).permit


def test_a_repeated_command_gives_its_first_answer(world: World) -> None:
    """
    Replayed after a lost answer: nothing twice; with other arguments, a conflict.
    """
    request = care_team(HOSPITAL_DOCTOR.id)
    first = world.app.join_care_team(request, SOFTWARE)
    version = world.rights().version

    assert world.app.join_care_team(request, SOFTWARE) == first
    assert world.rights().version == version
    with pytest.raises(Conflict):
        world.app.join_care_team(request.model_copy(update={"unit": "other"}), SOFTWARE)


def test_a_doctor_names_themselves_with_the_consent_they_collected(world: World) -> None:
    """
    CSP L1111-16: a doctor, for themselves, saying how; the person is told by the event.
    """
    with pytest.raises(errors.NotADoctor):
        world.app.name_treating_doctor(of(DENTIST, means="checkbox"), DENTIST)
    with pytest.raises(InvalidRequest):
        world.app.name_treating_doctor(of(DOCTOR), DOCTOR)
    with pytest.raises(errors.NotYours):
        world.app.name_treating_doctor(of(HOSPITAL_DOCTOR, means="checkbox"), DOCTOR)

    world.app.name_treating_doctor(of(DOCTOR, means="checkbox"), DOCTOR)

    assert world.decide(DOCTOR).reasons == ["treating_doctor"]
    named = world.app.read(world.app.head().position - 2, 1)[0].event
    assert isinstance(named, Rights.TreatingDoctorNamed)
    assert (named.means, named.by["kind"]) == ("checkbox", "professional")


def test_a_treating_doctor_who_is_no_doctor_opens_nothing(world: World) -> None:
    """
    CSP L1111-16 says a doctor; naming somebody else by mistake gives them no right.
    """
    world.app.name_treating_doctor(of(DENTIST), PATIENT)

    assert "no_rule" in world.decide(DENTIST).reasons
    with pytest.raises(Forbidden):
        world.app.block_professional(block(DOCTOR), DENTIST)


def test_roles_are_named_and_taken_back(world: World) -> None:
    """
    A midwife and a pharmacist of reference: named, shown, and by themselves no right to read.
    """
    request = c.NameRole(
        request_id=uuid4(), record_id=RECORD, professional=DENTIST.id, role="SAGE_FEMME_REFERENTE"
    )
    world.app.name_role(request, PATIENT)
    shown = world.app.rights(c.OfRecord(record_id=RECORD), PATIENT)
    assert shown.roles == {"SAGE_FEMME_REFERENTE": DENTIST.id}
    assert not world.decide(DENTIST).permit

    taken = request.model_copy(update={"request_id": uuid4(), "on": False})
    world.app.name_role(taken, PATIENT)
    assert not world.rights().roles
    treating = request.model_copy(
        update={"request_id": uuid4(), "role": Role.TREATING_DOCTOR, "professional": DOCTOR.id}
    )
    world.app.name_role(treating, PATIENT)
    assert world.rights().treating_doctor == DOCTOR.id
