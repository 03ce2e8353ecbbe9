"""What can be asked about rights."""

import pytest

from services.access import contract as c
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    NURSE,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    professional,
)


def status(world: World, who: Actor) -> c.MyStatus:
    return world.app.my_status(c.OfRecord(record_id=RECORD), who)


def test_a_professional_learns_their_own_status(world: World) -> None:
    """
    The DMP's existence check (TD0.2): undefined, valid, expired or blocked, treating doctor.
    """
    assert status(world, DENTIST).status == "undefined"
    world.app.declare_consent(consent(DENTIST), PATIENT)
    assert status(world, DENTIST).status == "valid"
    world.move(24 * HOUR)
    assert status(world, DENTIST).status == "expired"
    world.app.block_professional(block(DENTIST), PATIENT)
    assert status(world, DENTIST).status == "blocked"

    world.treated_by(DOCTOR)
    assert status(world, DOCTOR).treating_doctor
    assert status(world, DOCTOR).status == "valid"


def test_a_status_on_a_record_that_is_none_is_undefined(world: World) -> None:
    """
    It must not tell whether the record exists.
    """
    unknown = world.app.my_status(c.OfRecord(record_id=OTHER_RECORD), DENTIST)

    assert unknown == status(world, DENTIST)


def test_the_person_sees_who_has_access_now(world: World) -> None:
    """
    CSP L1111-19: at any time, the list of those who have access, and of those shut out.
    """
    world.treated_by(DOCTOR)
    world.app.name_administrator(of(DOCTOR), PATIENT)
    world.app.declare_consent(consent(DENTIST), PATIENT)
    world.app.block_professional(block(NURSE), PATIENT)
    listed = world.app.my_professionals(c.ListMyProfessionals(record_id=RECORD), PATIENT)

    rights = {known.professional: known.rights for known in listed.items}
    assert rights == {
        DOCTOR.id: ["administrator", "treating_doctor"],
        DENTIST.id: ["consent"],
        NURSE.id: ["blocked"],
    }
    until = {known.professional: known.until for known in listed.items}
    assert until == {DOCTOR.id: None, DENTIST.id: world.clock.now() + 24 * HOUR, NURSE.id: None}
    world.move(24 * HOUR)
    later = world.app.my_professionals(c.ListMyProfessionals(record_id=RECORD), PATIENT)
    assert {k.professional for k in later.items} == {DOCTOR.id, NURSE.id}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_meet_without_gap_or_repeat(world: World, limit: int) -> None:
    """
    Each page ends where the next begins.
    """
    everyone = [professional(f"89970000010{n}") for n in range(5)]
    for someone in everyone:
        world.app.declare_consent(consent(someone), PATIENT)
    seen: list[str] = []
    cursor = None
    while True:
        request = c.ListMyProfessionals(record_id=RECORD, limit=limit, cursor=cursor)
        page = world.app.my_professionals(request, PATIENT)
        seen += [known.professional for known in page.items]
        assert page.total == 5
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == sorted(someone.id for someone in everyone)


def test_a_record_that_knows_nobody_has_an_empty_page(world: World) -> None:
    """
    A new record's list is empty, and ends.
    """
    page = world.app.my_professionals(c.ListMyProfessionals(record_id=RECORD), PATIENT)

    assert (page.items, page.next_cursor, page.total) == ([], None, 0)


@pytest.mark.parametrize("cursor", ["", "0", "899700000001'--", "../"])
def test_a_cursor_that_was_made_up_is_refused_by_name(world: World, cursor: str) -> None:
    """
    A page says where the next begins; anything else is none of ours.
    """
    world.treated_by(DOCTOR)

    with pytest.raises(InvalidRequest) as refused:
        world.app.my_professionals(c.ListMyProfessionals(record_id=RECORD, cursor=cursor), PATIENT)

    assert list(refused.value.fields) == ["cursor"]


def test_a_service_learns_the_state_and_nothing_else(world: World) -> None:
    """
    Identity waits here until a closure is applied; it has no need of the rest.
    """
    world.treated_by(DOCTOR)
    identity = Actor(kind=ActorKind.SERVICE, id="identity")

    told = world.app.rights(c.OfRecord(record_id=RECORD), identity)

    assert told == c.RightsView(status="activated")


def test_an_erased_record_answers_like_one_that_never_was(world: World) -> None:
    """
    Its keys are gone; that it existed is nobody's to learn here.
    """
    never_was = world.decide(DOCTOR, record_id=OTHER_RECORD)
    decided = world.decide(DOCTOR)
    world.erase()

    assert status(world, DENTIST).status == "undefined"
    for ask in (
        lambda: world.app.rights(c.OfRecord(record_id=RECORD), PATIENT),
        lambda: world.app.explain(c.OfDecision(decision_id=decided.decision_id), PATIENT),
    ):
        with pytest.raises(Forbidden):
            ask()
    own = {"decision_id", "position"}
    assert world.decide(DOCTOR).model_dump(exclude=own) == never_was.model_dump(exclude=own)


def test_who_is_no_doctor_is_not_told_to_be_the_treating_doctor(world: World) -> None:
    """
    The rule looks at the profession: they would be told "valid", and refused whatever they open.
    """
    world.treated_by(NURSE)
    assert not world.decide(NURSE).permit
    told = status(world, NURSE)
    assert (told.status, told.treating_doctor) == ("undefined", False)

    world.app.declare_consent(consent(NURSE), PATIENT)
    told = status(world, NURSE)
    assert (told.status, told.valid_until) == ("valid", world.clock.now() + 24 * HOUR)
