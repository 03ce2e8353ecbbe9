"""What becomes of a broken glass: reviewed, overdue, unjustified; care is refused to nobody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.grants import Verdict
from services.access.projections.waiting import Kind
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.access.support.logs import World, consent, of
from tests.access.support.people import (
    AUDITOR,
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    NURSE,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
)

ALL = c.BreakGlassToReview()


def broken(world: World, by: Actor = HOSPITAL_DOCTOR) -> UUID:
    request = c.BreakGlass(
        request_id=uuid4(), record_id=RECORD, reason="found unconscious", unable_to_consent=True
    )
    session = world.app.break_glass(request, by).session
    world.project()
    return session


def verdict(session: UUID, of_: Verdict = Verdict.JUSTIFIED) -> c.ReviewBreakGlass:
    return c.ReviewBreakGlass(
        request_id=uuid4(), record_id=RECORD, session=session, verdict=of_, note="read the file"
    )


def test_every_broken_glass_waits_for_a_review(world: World) -> None:
    """
    With its reason and its deadline; once reviewed it waits no more.
    """
    session = broken(world)
    (waiting,) = world.app.break_glass_to_review(ALL, REVIEWER).items
    assert (waiting.session, waiting.record_id) == (session, RECORD)
    assert waiting.review_before - waiting.started_at == timedelta(days=7)
    assert not waiting.overdue

    world.app.review_break_glass(verdict(session), REVIEWER)
    world.project()

    assert world.app.break_glass_to_review(ALL, REVIEWER).total == 0
    (told,) = world.app.rights(c.OfRecord(record_id=RECORD), PATIENT).sessions
    assert told.review
    assert (told.review.verdict, told.review.note) == ("justified", "read the file")
    with pytest.raises(errors.AlreadyReviewed):
        world.app.review_break_glass(verdict(session), REVIEWER)


def test_whoever_broke_it_does_not_review_it(world: World) -> None:
    """
    Not as the treating doctor they are, nor as an auditor of the same name.
    """
    world.treated_by(DOCTOR)
    session = broken(world, DOCTOR)

    for reviewer in (DOCTOR, replace(REVIEWER, id=DOCTOR.id)):
        with pytest.raises(errors.ReviewedByBreaker):
            world.app.review_break_glass(verdict(session), reviewer)
    of_record = c.BreakGlassToReview(record_id=RECORD)
    assert not world.app.break_glass_to_review(of_record, DOCTOR).items


def test_the_treating_doctor_reviews_and_others_do_not(world: World) -> None:
    """
    CSP L1111-16: those who read everyone's traces; of their patient's record alone.
    """
    world.treated_by(DOCTOR)
    session = broken(world)
    for stranger in (NURSE, AUDITOR):
        with pytest.raises(Forbidden):
            world.app.review_break_glass(verdict(session), stranger)
    with pytest.raises(Forbidden):
        world.app.break_glass_to_review(ALL, AUDITOR)
    with pytest.raises(Forbidden):
        world.app.break_glass_to_review(ALL, DOCTOR)
    found = world.app.break_glass_to_review(c.BreakGlassToReview(record_id=RECORD), DOCTOR)
    assert [s.session for s in found.items] == [session]

    assert world.app.review_break_glass(verdict(session), DOCTOR).incident is None


def test_unjustified_shuts_the_professional_out_and_opens_an_incident(world: World) -> None:
    """
    At once: the session that still ran opens nothing more, nor does a new one.
    """
    session = broken(world)
    assert world.decide(HOSPITAL_DOCTOR, mode="break_glass", session=session).permit

    answer = world.app.review_break_glass(verdict(session, Verdict.UNJUSTIFIED), REVIEWER)

    assert answer.incident
    assert not world.decide(HOSPITAL_DOCTOR, mode="break_glass", session=session).permit
    (block,) = world.app.rights(c.OfRecord(record_id=RECORD), PATIENT).blocks
    assert (block.professional, block.by_person) == (HOSPITAL_DOCTOR.id, False)
    with pytest.raises(errors.BreakGlassRefused):
        broken(world)
    world.app.unblock_professional(of(HOSPITAL_DOCTOR), PATIENT)


def test_one_the_person_blocked_meanwhile_stays_blocked_by_them(world: World) -> None:
    """
    The person's own block is theirs to undo: a verdict does not take it over.
    """
    session = broken(world)
    world.app.block_professional(
        c.BlockProfessional(
            request_id=uuid4(), record_id=RECORD, professional=HOSPITAL_DOCTOR.id, reason="no"
        ),
        PATIENT,
    )

    world.app.review_break_glass(verdict(session, Verdict.UNJUSTIFIED), REVIEWER)

    assert world.rights().blocks[HOSPITAL_DOCTOR.id]["by_person"]


def test_an_overdue_review_goes_one_step_up_and_refuses_nobody(world: World) -> None:
    """
    Told once, put first; the same professional may still break the glass for this patient.
    """
    session = broken(world)
    world.move(timedelta(days=7))

    for _ in range(2):
        world.app.escalate_due_reviews(world.waiting.due(Kind.REVIEW, world.clock.now()))
        world.project()

    assert world.rights().overdue == [str(session)]
    (waiting,) = world.app.break_glass_to_review(ALL, REVIEWER).items
    assert waiting.overdue
    again = broken(world)
    assert world.decide(HOSPITAL_DOCTOR, mode="break_glass", session=again).permit
    items = world.app.break_glass_to_review(ALL, REVIEWER).items
    assert [s.session for s in items] == [session, again]


@pytest.mark.parametrize(
    "who",
    [
        replace(DOCTOR, claims={"exercice": {"codeCategorieProfessionnelle": "E"}}),
        replace(DOCTOR, profession=None),
        replace(DOCTOR, profession="SECRETARIAT_MEDICAL"),
    ],
    ids=["student", "no profession", "secretary"],
)
def test_only_a_professional_in_practice_breaks_the_glass(world: World, who: Actor) -> None:
    """
    CSP L1111-17 I: a professional facing the danger, in person.
    """
    with pytest.raises(Forbidden):
        broken(world, who)


def test_software_never_uses_a_broken_glass(world: World) -> None:
    """
    Not even that of a facility which names the professional who broke it.
    """
    session = broken(world)
    asked: dict[str, Any] = {"mode": "break_glass", "session": session}
    named = replace(SOFTWARE, on_behalf_of=HOSPITAL_DOCTOR)

    assert world.decide(HOSPITAL_DOCTOR, **asked).permit
    assert world.decide(named, **asked).reasons == ["break_glass_conditions"]
    assert not world.decide(DENTIST, **asked).permit


def test_whom_a_review_shuts_out_is_shut_out_where_the_person_lives(world: World) -> None:
    """
    The glass was broken before the merge, and the review comes after it.
    """
    world.open_record(OTHER_RECORD)
    world.app.declare_consent(consent(NURSE), PATIENT)
    session = world.app.break_glass(
        c.BreakGlass(
            request_id=uuid4(), record_id=OTHER_RECORD, reason="fallen", unable_to_consent=True
        ),
        NURSE,
    ).session
    world.hear("records_merged", source=str(OTHER_RECORD), merge_id=str(uuid4()))
    assert world.decide(NURSE).permit

    world.app.review_break_glass(
        c.ReviewBreakGlass(
            request_id=uuid4(),
            record_id=OTHER_RECORD,
            session=session,
            verdict=Verdict.UNJUSTIFIED,
            note="read the file",
        ),
        REVIEWER,
    )

    assert "blocked" in world.decide(NURSE).reasons
