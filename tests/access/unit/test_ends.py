"""What is at its end at the instant itself, neither before nor after it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.grants import Verdict
from services.access.domain.rights import Rights
from shared.kernel.clock import instant
from shared.kernel.secrecy import SeenByRepresentatives
from tests.access.support.delegating import answer, ending, invitation, known, own
from tests.access.support.logs import World, care_team
from tests.access.support.people import (
    HOSPITAL_DOCTOR,
    MOTHER,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
    STRANGER,
)
from tests.access.unit.test_reviews import broken, verdict

MILLISECOND = timedelta(milliseconds=1)


def born(world: World, of_age_in: timedelta) -> None:
    majority_at = instant(world.clock.now() + of_age_in)
    world.hear("record_announced", representatives=[MOTHER.id], majority_at=majority_at)
    world.hear("record_activated")


def test_at_majority_a_helper_is_invited_and_before_it_a_representative(caring: World) -> None:
    """
    Code civil 388: a minor has representatives until the instant, an adult helpers from it.
    """
    known(caring, OTHER_RECORD)
    born(caring, MILLISECOND)
    with pytest.raises(errors.StillAMinor):
        caring.app.invite_caregiver(invitation(), PATIENT)
    caring.app.invite_representative(invitation(), MOTHER)
    caring.move(MILLISECOND)

    caring.app.invite_caregiver(invitation(), PATIENT)


def test_nobody_is_made_a_representative_of_an_adult(world: World) -> None:
    """
    Not even at the instant of majority, by rights that have not been told of it.
    """
    born(world, timedelta())
    with pytest.raises(errors.NotAMinor):
        world.rights().invite(
            uuid4(),
            {
                "kind": "representative",
                "invited": str(OTHER_RECORD),
                "invited_by": MOTHER.id,
                "expires_at": world.clock.now() + timedelta(days=1),
                "status": "waiting",
            },
            at=world.clock.now(),
            by=MOTHER,
        )


def test_help_that_has_ended_leaves_room_for_a_fifth_person(caring: World) -> None:
    """
    From its end on, whether or not a timer has said so.
    """
    known(caring, OTHER_RECORD)
    for number in range(6):
        if number == 5:
            caring.move(timedelta(days=365))
        helped = UUID(int=900 + number)
        caring.open_record(helped)
        sent = caring.app.invite_caregiver(invitation(helped), own(helped))
        caring.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)

    caring.app.end_delegation(ending(sent.invitation, helped), STRANGER)


@pytest.mark.parametrize("ends_in", [timedelta(), -MILLISECOND])
def test_a_team_whose_end_has_come_is_not_joined(world: World, ends_in: timedelta) -> None:
    """
    It would be told to the person, and open nothing.
    """
    team = care_team(HOSPITAL_DOCTOR.id, until=world.clock.now() + ends_in)
    with pytest.raises(errors.EndsInThePast):
        world.app.join_care_team(team, SOFTWARE)


def test_an_emergency_that_has_ended_ends_no_more(world: World) -> None:
    """
    Neither by hand nor by a review: its end stays the instant at which it ended.
    """
    session = broken(world)
    ends_at = world.rights().sessions[str(session)]["ends_at"]
    world.move(ends_at - world.clock.now())
    end = c.EndEmergencySession(request_id=uuid4(), record_id=RECORD, session=session)
    with pytest.raises(errors.NoSuchSession):
        world.app.end_emergency_session(end, PATIENT)
    world.move(timedelta(hours=1))

    world.app.review_break_glass(verdict(session, Verdict.UNJUSTIFIED), REVIEWER)

    assert world.rights().sessions[str(session)]["ends_at"] == ends_at
    ended = [r for r in world.app.read(0, 500) if isinstance(r.event, Rights.EmergencyEnded)]
    assert not ended


def test_a_review_is_overdue_at_its_instant(world: World) -> None:
    """
    Not a millisecond before; then once.
    """
    session = broken(world)
    due = [(RECORD, str(session))]
    world.move(timedelta(days=7) - MILLISECOND)
    world.app.escalate_due_reviews(due)
    assert not world.rights().overdue
    world.move(MILLISECOND)

    world.app.escalate_due_reviews(due)

    assert world.rights().overdue == [str(session)]


def test_what_a_secret_session_shut_stays_hidden(world: World) -> None:
    """
    CSP R1111-50: the block that a review puts on a secret emergency is no more told to a
    representative than the emergency was.
    """
    born(world, timedelta(days=900))
    session = broken(world, replace(HOSPITAL_DOCTOR, secret=True))
    world.app.review_break_glass(verdict(session, Verdict.UNJUSTIFIED), REVIEWER)
    asked = c.OfRecord(record_id=RECORD)

    assert not world.app.rights(asked, MOTHER).blocks
    (block,) = world.app.rights(asked, PATIENT).blocks
    assert block.professional == HOSPITAL_DOCTOR.id


def test_a_team_that_all_see_is_not_changed_in_secret(world: World) -> None:
    """
    Joined anew it would vanish for a representative; left, they would see who left.
    """
    secretly = replace(SOFTWARE, secret=True)
    team_id = world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id), SOFTWARE).team_id
    with pytest.raises(SeenByRepresentatives):
        world.app.join_care_team(care_team(HOSPITAL_DOCTOR.id), secretly)
    leaving = c.LeaveCareTeam(request_id=uuid4(), record_id=RECORD, team_id=team_id)

    with pytest.raises(SeenByRepresentatives):
        world.app.leave_care_team(leaving, secretly)

    assert world.decide(HOSPITAL_DOCTOR).permit
