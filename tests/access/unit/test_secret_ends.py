"""What becomes of something secret is told in secret, whoever does it (CSP L1111-5, R1111-50)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain.grants import Verdict
from services.access.messages import message_for
from services.access.projections.waiting import Kind
from tests.access.support.logs import World, block, care_team, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
)

End = Callable[[World], object]
HOURS, DAYS = timedelta(hours=25), timedelta(days=8)


def given(world: World, *, secretly: bool) -> None:
    """A consent, a care team, a block and a broken glass, of one session."""
    person, doctor, software = (
        replace(who, secret=secretly) for who in (PATIENT, DOCTOR, SOFTWARE)
    )
    world.app.declare_consent(consent(NURSE), person)
    world.app.join_care_team(care_team(NURSE.id), software)
    world.app.block_professional(block(DENTIST), person)
    world.app.break_glass(
        c.BreakGlass(request_id=uuid4(), record_id=RECORD, reason="fallen", unable_to_consent=True),
        doctor,
    )
    world.project()


def told(world: World, after: int) -> dict[str, bool]:
    """Name of each message since, and whether it is secret."""
    messages = (message_for(recorded.event) for recorded in world.app.read(after, 500))
    return {m.TYPE.removeprefix("access."): m.secret for m in messages if m}


def expire(world: World) -> None:
    world.move(HOURS)
    world.app.expire_due_consents(world.waiting.due(Kind.CONSENT, world.clock.now()))


def withdraw(world: World) -> None:
    request = c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=NURSE.id)
    world.app.withdraw_consent(request, NURSE)


def team(world: World) -> UUID:
    (team_id,) = world.rights().care_teams
    return UUID(team_id)


def leave(world: World) -> None:
    request = c.LeaveCareTeam(request_id=uuid4(), record_id=RECORD, team_id=team(world))
    world.app.leave_care_team(request, NURSE)


def oppose(world: World) -> None:
    request = c.OfCareTeam(request_id=uuid4(), record_id=RECORD, team_id=team(world))
    world.app.oppose_care_team(request, PATIENT)


def session(world: World) -> UUID:
    (session_id,) = world.rights().sessions
    return UUID(session_id)


def end(world: World) -> None:
    request = c.EndEmergencySession(request_id=uuid4(), record_id=RECORD, session=session(world))
    world.app.end_emergency_session(request, DOCTOR)


def escalate(world: World) -> None:
    world.move(DAYS)
    world.app.escalate_due_reviews(world.waiting.due(Kind.REVIEW, world.clock.now()))


def condemn(world: World) -> None:
    request = c.ReviewBreakGlass(
        request_id=uuid4(),
        record_id=RECORD,
        session=session(world),
        verdict=Verdict.UNJUSTIFIED,
        note="read the file",
    )
    world.app.review_break_glass(request, REVIEWER)


@pytest.mark.parametrize("secretly", [True, False], ids=["secret", "for all to see"])
@pytest.mark.parametrize(
    ("ends", "names"),
    [
        (expire, {"consent_expired"}),
        (withdraw, {"consent_withdrawn"}),
        (leave, {"care_team_left"}),
        (oppose, {"care_team_opposed"}),
        (lambda world: world.app.unblock_professional(of(DENTIST), PATIENT),
         {"professional_unblocked"}),
        (end, {"emergency_ended"}),
        (escalate, {"break_glass_overdue"}),
        (condemn, {"break_glass_reviewed", "emergency_ended", "professional_blocked"}),
    ],
    ids=["a timer", "the professional", "a member", "the person, of a team", "the person",
         "who broke the glass", "another timer", "a reviewer"],
)  # fmt: skip
def test_it_ends_as_it_began(minor: World, ends: End, names: set[str], *, secretly: bool) -> None:
    """Representatives are told of the end of what they were told of, and of no other."""
    given(minor, secretly=secretly)
    before = minor.app.head().position

    ends(minor)

    assert told(minor, before) == dict.fromkeys(names, secretly)


def test_a_team_joined_anew_stays_as_it_was(minor: World) -> None:
    """The hospital's software adds a colleague in its own name: the parents would be told of the
    stay, its unit and everybody of it."""
    given(minor, secretly=True)
    before = minor.app.head().position

    minor.app.join_care_team(care_team(NURSE.id, DOCTOR.id), SOFTWARE)

    assert told(minor, before) == {"care_team_joined": True}
    asked = c.OfRecord(record_id=RECORD)
    assert not minor.app.rights(asked, MOTHER).care_teams
    (shown,) = minor.app.rights(asked, PATIENT).care_teams
    assert shown.members == [NURSE.id, DOCTOR.id]
