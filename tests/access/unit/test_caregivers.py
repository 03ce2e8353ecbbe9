"""Caregivers: who helps a person with documents and messages, while the person wants it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.projections.waiting import Kind
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from tests.access.support.delegating import MAJORITY, answer, ending, invitation, known, own
from tests.access.support.logs import World
from tests.access.support.people import (
    MOTHER,
    OTHER_RECORD,
    PARENT,
    PATIENT,
    RECORD,
    STRANGER,
)

HELPER = Actor(kind=ActorKind.CAREGIVER, id=str(OTHER_RECORD), record_id=RECORD)


def test_caregivers_are_off_unless_the_operator_opens_them(world: World) -> None:
    """
    Under study in January 2026: the code waits for the law.
    """
    known(world, OTHER_RECORD)

    with pytest.raises(errors.CaregiversNotOpen):
        world.app.invite_caregiver(invitation(), PATIENT)


def test_a_caregiver_helps_until_either_ends_it(caring: World) -> None:
    """
    Named, limited in time, ended by the person or by who helps, at once.
    """
    known(caring, OTHER_RECORD)
    sent = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    assert caring.decide(HELPER).reasons == ["caregiver"]
    assert caring.decide(HELPER, action="feed").permit
    for ender in (MOTHER, replace(STRANGER, id="another"), replace(HELPER, id="another")):
        with pytest.raises(Forbidden):
            caring.app.end_delegation(ending(sent.invitation), ender)

    caring.app.end_delegation(ending(sent.invitation), STRANGER)

    assert not caring.decide(HELPER).permit
    assert not caring.app.my_delegations(c.OfRecord(record_id=OTHER_RECORD), STRANGER).delegations
    again = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(again, OTHER_RECORD), STRANGER)
    caring.app.end_delegation(ending(again.invitation), PATIENT)
    assert not caring.decide(HELPER).permit


def test_help_ends_at_its_date_and_is_said_to_have_ended(caring: World) -> None:
    """
    The rule refuses at the instant; the timer says so later, once, and never before.
    """
    known(caring, OTHER_RECORD)
    sent = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    caring.move(timedelta(days=365) - timedelta(seconds=1))
    caring.app.end_due_delegations([(RECORD, str(sent.invitation)), (RECORD, str(uuid4()))])
    assert caring.decide(HELPER).permit
    caring.move(timedelta(seconds=1))
    assert not caring.decide(HELPER).permit
    caring.project()

    caring.app.end_due_delegations(caring.waiting.due(Kind.DELEGATION, caring.clock.now()))
    caring.project()

    assert not caring.rights().delegations
    assert not caring.waiting.due(Kind.DELEGATION, caring.clock.now())


def test_a_caregiver_who_was_erased_is_ended_by_the_person(caring: World) -> None:
    """
    Their keys are gone, not the person's: who has a token still must not keep the right.
    """
    known(caring, OTHER_RECORD)
    sent = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    caring.erase(OTHER_RECORD)
    assert caring.decide(HELPER).permit

    caring.app.end_delegation(ending(sent.invitation), PATIENT)

    assert not caring.decide(HELPER).permit


def test_help_of_one_who_was_erased_ends_at_its_date(caring: World) -> None:
    """
    Else it is due for ever, and five hundred of those keep all others from their end.
    """
    known(caring, OTHER_RECORD)
    sent = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    caring.erase(OTHER_RECORD)
    caring.move(timedelta(days=365))
    caring.project()

    caring.app.end_due_delegations(caring.waiting.due(Kind.DELEGATION, caring.clock.now()))
    caring.project()

    assert not caring.rights().delegations
    assert not caring.waiting.due(Kind.DELEGATION, caring.clock.now())


def test_a_person_has_three_caregivers_at_most(caring: World) -> None:
    """
    Those who were asked and have not answered count too.
    """
    for number in range(3):
        known(caring, UUID(int=900 + number), str(number))
        caring.app.invite_caregiver(invitation(ins=str(number)), PATIENT)
    known(caring, OTHER_RECORD)

    with pytest.raises(errors.TooManyCaregivers):
        caring.app.invite_caregiver(invitation(), PATIENT)


def test_a_caregiver_helps_five_people_at_most(caring: World) -> None:
    """
    Counted on their own stream, across the records they help.
    """
    known(caring, OTHER_RECORD)
    for number in range(5):
        helped = UUID(int=900 + number)
        caring.open_record(helped)
        sent = caring.app.invite_caregiver(invitation(helped), own(helped))
        caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    sixth = caring.app.invite_caregiver(invitation(), PATIENT)
    with pytest.raises(errors.HelpsTooMany):
        caring.app.answer_invitation(answer(sixth, OTHER_RECORD), STRANGER)
    caring.app.answer_invitation(answer(sixth, OTHER_RECORD, accept=False), STRANGER)
    mine = caring.app.my_delegations(c.OfRecord(record_id=OTHER_RECORD), STRANGER).delegations
    assert len(mine) == 5


def test_who_represents_their_children_may_still_help(caring: World) -> None:
    """
    The five people are those helped as a caregiver, now: children are no matter of number.
    """
    known(caring, OTHER_RECORD)
    for number in range(5):
        child = UUID(int=900 + number)
        representatives, mother = [str(PARENT)], replace(MOTHER, record_id=child)
        caring.hear(
            "record_announced", child, representatives=representatives, majority_at=MAJORITY
        )
        caring.hear("record_activated", child)
        sent = caring.app.invite_representative(invitation(child), mother)
        caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    asked = caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.answer_invitation(answer(asked, OTHER_RECORD), STRANGER)

    mine = caring.app.my_delegations(c.OfRecord(record_id=OTHER_RECORD), STRANGER).delegations
    assert [one.status for one in mine] == ["acting"] * 6
    assert not caring.app.my_delegations(c.OfRecord(record_id=RECORD), PATIENT).delegations


def test_nobody_is_invited_to_a_record_that_is_closed(caring: World) -> None:
    """
    There is nothing to help with.
    """
    known(caring, OTHER_RECORD)
    caring.hear("record_closed")

    with pytest.raises(Forbidden):
        caring.app.invite_caregiver(invitation(), PATIENT)


@pytest.mark.parametrize("representatives", [[str(PARENT)], []], ids=["a parent", "nobody yet"])
@pytest.mark.parametrize("said", ["record_announced", "traits_corrected"])
def test_a_minor_has_no_caregivers(caring: World, said: str, representatives: list[str]) -> None:
    """
    A minor has representatives, if only in time: whether they were announced as a minor or turn
    out to be one.
    """
    majority = None if said == "traits_corrected" else MAJORITY
    caring.hear("record_announced", representatives=representatives, majority_at=majority)
    caring.hear("record_activated")
    if said == "traits_corrected":
        caring.hear(said, majority_at=MAJORITY)
    known(caring, OTHER_RECORD)

    with pytest.raises(errors.StillAMinor):
        caring.app.invite_caregiver(invitation(), PATIENT)


def test_a_caregiver_has_no_say_over_rights(caring: World) -> None:
    """
    Their limits: no sharing with others, no blocks, no switches; only documents and messages.
    """
    callers = {m.name for m in c.CONTRACT.methods if ActorKind.CAREGIVER in m.callers}

    assert callers == {"end_delegation"}
