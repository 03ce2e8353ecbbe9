"""Who acts for a person: invited, answered, limited, ended, suspended by a judge."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.messages import message_for
from services.access.messages.delegation import InvitationAnswered
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from tests.access.support.delegating import MAJORITY, answer, ending, invitation, known, own
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

FATHER = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER_RECORD), record_id=RECORD)


@pytest.fixture
def family(world: World) -> World:
    """A child attached to the mother; the father has a record of his own."""
    world.hear("record_announced", representatives=[str(PARENT)], majority_at=MAJORITY)
    world.hear("record_activated")
    known(world, OTHER_RECORD)
    return world


def answered(world: World) -> list[bool]:
    """What others are told of each answer to an invitation."""
    told = [message_for(row.event) for row in world.app.read(0, 1_000)]
    return [one.accepted for one in told if isinstance(one, InvitationAnswered)]


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


def test_no_representation_is_ended_in_a_secret_session(family: World) -> None:
    """
    CSP R1111-50: whoever acts for the minor would see that they act no more, and not why.
    """
    sent = family.app.invite_representative(invitation(), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    with pytest.raises(SeenByRepresentatives):
        family.app.end_delegation(ending(sent.invitation), replace(PATIENT, secret=True))

    assert family.decide(FATHER).permit
