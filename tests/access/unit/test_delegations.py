"""Who acts for a person: invited, answered, limited, ended, suspended by a judge."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.outside import Described
from services.access.messages import message_for
from services.access.messages.delegation import InvitationAnswered
from services.access.projections.waiting import Kind
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from tests.access.support.logs import World, of
from tests.access.support.people import (
    DOCTOR,
    MOTHER,
    OPERATOR,
    OTHER_RECORD,
    PARENT,
    PATIENT,
    RECORD,
    STRANGER,
)

MAJORITY = "2030-01-01T00:00:00.000Z"
FATHER = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER_RECORD), record_id=RECORD)
HELPER = Actor(kind=ActorKind.CAREGIVER, id=str(OTHER_RECORD), record_id=RECORD)
FATHERS_INS = "180017512345678"


@pytest.fixture
def family(world: World) -> World:
    """A child attached to the mother; the father has a record of his own."""
    world.hear("record_announced", representatives=[str(PARENT)], majority_at=MAJORITY)
    world.hear("record_activated")
    known(world, OTHER_RECORD)
    return world


def known(world: World, record: UUID, ins: str = FATHERS_INS) -> None:
    world.open_record(record)
    world.outsiders.knows(record, Described(ins=ins, oid=None, **DESCRIBED))


DESCRIBED: dict[str, Any] = {
    "birth_name": "MARTIN",
    "first_given_name": "PAUL",
    "birth_date": date(1980, 1, 1),
}


def invitation(record: UUID = RECORD, ins: str = FATHERS_INS) -> c.Invite:
    return c.Invite(request_id=uuid4(), record_id=record, ins={"value": ins}, **DESCRIBED)


def answer(sent: c.InvitationSent, record: UUID, *, accept: bool = True) -> c.AnswerInvitation:
    return c.AnswerInvitation(
        request_id=uuid4(), record_id=record, invitation=sent.invitation, accept=accept
    )


def ending(delegation: UUID, record: UUID = RECORD) -> c.EndDelegation:
    return c.EndDelegation(request_id=uuid4(), record_id=record, delegation=delegation)


def answered(world: World) -> list[bool]:
    """What others are told of each answer to an invitation."""
    told = [message_for(row.event) for row in world.app.read(0, 1_000)]
    return [one.accepted for one in told if isinstance(one, InvitationAnswered)]


def own(record: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)


def test_a_second_representative_acts_once_they_accepted(family: World) -> None:
    """
    Waiting, then validated; each acts under their own name.
    """
    assert not family.decide(FATHER).permit
    sent = family.app.invite_representative(invitation(), MOTHER)
    (waiting,) = family.app.rights(c.OfRecord(record_id=RECORD), MOTHER).invitations
    assert (waiting.status, waiting.invited) == ("waiting", OTHER_RECORD)
    assert not family.decide(FATHER).permit

    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    assert family.decide(FATHER).reasons == ["legal_representative"]
    assert family.decide(MOTHER).permit
    assert answered(family) == [True]
    family.app.name_treating_doctor(of(DOCTOR), FATHER)
    assert family.rights().treating_doctor == DOCTOR.id


def test_an_invitation_refused_gives_nothing(family: World) -> None:
    """
    And is not answered twice.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD, accept=False), STRANGER)

    assert not family.decide(FATHER).permit
    (refused,) = family.app.rights(c.OfRecord(record_id=RECORD), MOTHER).invitations
    assert refused.status == "refused"
    assert answered(family) == [False]
    with pytest.raises(errors.NoSuchInvitation):
        family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)


def test_an_invitation_expires_at_its_instant(family: World) -> None:
    """
    Rights that end are refused at their instant, said or not.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.move(sent.expires_at - family.clock.now())

    with pytest.raises(errors.InvitationOver):
        family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    (expired,) = family.app.rights(c.OfRecord(record_id=RECORD), MOTHER).invitations
    assert expired.status == "expired"
    assert family.app.invite_representative(invitation(), MOTHER).invitation != sent.invitation


def test_only_the_one_invited_answers(family: World) -> None:
    """
    From their own record; to anybody else there is no such invitation.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    third = UUID(int=77)
    known(family, third, "1")

    with pytest.raises(errors.NoSuchInvitation):
        family.app.answer_invitation(answer(sent, third), own(third))
    with pytest.raises(errors.NoSuchInvitation):
        family.app.answer_invitation(answer(sent, RECORD), PATIENT)


@pytest.mark.parametrize("why", ["unknown", "closed", "already", "twice", "third", "adult"])
def test_who_may_not_be_invited(family: World, why: str) -> None:
    """
    Both with an active record, once, two at most, and only for a minor.
    """
    refusals = {
        "unknown": errors.NoSuchPerson,
        "closed": errors.NoSuchPerson,
        "already": errors.ActsAlready,
        "twice": errors.InvitedAlready,
        "third": errors.TooManyRepresentatives,
        "adult": errors.NotAMinor,
    }
    asked, by = invitation(), MOTHER
    if why == "unknown":
        asked = invitation(ins="299")
    elif why == "closed":
        family.hear("record_closed", OTHER_RECORD)
    elif why == "already":
        known(family, PARENT, "280")
        asked = invitation(ins="280")
    elif why in ("twice", "third"):
        family.app.invite_representative(invitation(), MOTHER)
        if why == "third":
            known(family, UUID(int=78), "199")
            asked = invitation(ins="199")
    elif why == "adult":
        family.hear("record_announced", representatives=[str(PARENT)], majority_at=None)
        family.hear("record_activated")

    with pytest.raises(refusals[why]):
        family.app.invite_representative(asked, by)


def test_the_second_representative_does_not_hand_it_on(family: World) -> None:
    """
    Only the one the child is attached to invites.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    known(family, UUID(int=78), "199")

    with pytest.raises(Forbidden):
        family.app.invite_representative(invitation(ins="199"), FATHER)


def test_nobody_represents_a_person_of_age(family: World) -> None:
    """
    identity.majority_reached ends both, whoever named them, and what they held for the child.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    family.hear("majority_reached")

    assert not family.decide(MOTHER).permit
    assert not family.decide(FATHER).permit
    assert family.decide(PATIENT).permit
    assert not family.app.my_delegations(c.OfRecord(record_id=OTHER_RECORD), STRANGER).delegations


def test_at_majority_all_ends_although_a_representative_was_erased(family: World) -> None:
    """
    What identity says of the child is not passed over because of another's keys.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    family.erase(OTHER_RECORD)

    family.hear("majority_reached")

    rights = family.rights()
    assert (rights.representatives, rights.second_representatives) == ([], [])


def test_a_court_order_suspends_a_representative_at_once(family: World) -> None:
    """
    Refused at the very next decision, and in every command; a later order gives it back.
    """
    order = c.SuspendRepresentation(
        request_id=uuid4(), record_id=RECORD, representative=PARENT, court_order="TJ Paris 26/1"
    )
    family.app.suspend_representation(order, OPERATOR)

    assert family.decide(MOTHER).reasons == ["representation_suspended"]
    with pytest.raises(Forbidden):
        family.app.name_treating_doctor(of(DOCTOR), MOTHER)
    again = order.model_copy(update={"request_id": uuid4()})
    with pytest.raises(errors.NoSuchRole):
        family.app.suspend_representation(again, OPERATOR)

    lifted = order.model_copy(update={"request_id": uuid4(), "on": False})
    family.app.suspend_representation(lifted, OPERATOR)
    assert family.decide(MOTHER).permit


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


def test_a_minor_has_no_caregivers(caring: World) -> None:
    """
    A minor has representatives.
    """
    caring.hear("record_announced", representatives=[str(PARENT)], majority_at=MAJORITY)
    caring.hear("record_activated")
    known(caring, OTHER_RECORD)

    with pytest.raises(errors.StillAMinor):
        caring.app.invite_caregiver(invitation(), PATIENT)


def test_a_caregiver_has_no_say_over_rights(caring: World) -> None:
    """
    Their limits: no sharing with others, no blocks, no switches; only documents and messages.
    """
    callers = {m.name for m in c.CONTRACT.methods if ActorKind.CAREGIVER in m.callers}

    assert callers == {"end_delegation"}


def test_no_representation_is_ended_in_a_secret_session(family: World) -> None:
    """
    CSP R1111-50: whoever acts for the minor would see that they act no more, and not why.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    with pytest.raises(SeenByRepresentatives):
        family.app.end_delegation(ending(sent.invitation), replace(PATIENT, secret=True))

    assert family.decide(FATHER).permit
