"""What is kept apart: one role, team, block or record from another."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.grants import Role
from shared.kernel.secrecy import SeenByRepresentatives
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, care_team
from tests.access.support.people import DENTIST, HOSPITAL_DOCTOR, NURSE, PATIENT, RECORD, SOFTWARE


def midwife(professional: str, *, on: bool = True) -> c.NameRole:
    return c.NameRole(
        request_id=uuid4(), record_id=RECORD, professional=professional, role=Role.MIDWIFE, on=on
    )


def test_a_role_is_taken_back_from_who_holds_it(world: World) -> None:
    """
    Naming another one by mistake takes nothing from the first.
    """
    world.app.name_role(midwife(DENTIST.id), PATIENT)

    with pytest.raises(errors.NoSuchRole):
        world.app.name_role(midwife(NURSE.id, on=False), PATIENT)
    assert world.rights().roles == {"SAGE_FEMME_REFERENTE": DENTIST.id}


def test_who_has_a_role_that_all_see_is_not_blocked_in_secret(world: World) -> None:
    """
    CSP R1111-50: the role would end, and a representative see that it did.
    """
    world.app.name_role(midwife(DENTIST.id), PATIENT)

    with pytest.raises(SeenByRepresentatives):
        world.app.block_professional(block(DENTIST), replace(PATIENT, secret=True))


def test_of_two_teams_the_one_that_lasts_counts(world: World) -> None:
    """
    CSP L1110-12: each episode opens for itself; the end of one does not end the other.
    """
    ends = (("zoology", "stay-1", 1), ("admissions", "stay-2", 2), ("zoology", "stay-3", 1))
    for unit, episode, hours in ends:
        team = care_team(HOSPITAL_DOCTOR.id, until=world.clock.now() + hours * HOUR)
        changed = {"unit": unit, "episode": episode, "request_id": uuid4()}
        world.app.join_care_team(team.model_copy(update=changed), SOFTWARE)

    world.move(HOUR)
    assert world.decide(HOSPITAL_DOCTOR).permit
    world.move(HOUR)
    assert not world.decide(HOSPITAL_DOCTOR).permit
