"""Use cases: what shuts out, and what opens in an emergency."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.grants import Role
from shared.kernel.errors import Forbidden, NotFound
from shared.rpc.contract import ListQuery
from tests.access.support.judging import MOMENT, rights
from tests.access.support.logs import World, block, consent, of
from tests.access.support.people import (
    AUDITOR,
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    REGULATOR,
    REVIEWER,
)
from tests.support.golden import golden_files


def glass(reason: str = "unconscious after a fall") -> c.BreakGlass:
    return c.BreakGlass(request_id=uuid4(), record_id=RECORD, reason=reason, unable_to_consent=True)


def switches(**given: bool) -> c.SetEmergencySwitches:
    on = {"regulation": True, "break_glass": True, "masked": False, **given}
    return c.SetEmergencySwitches(request_id=uuid4(), record_id=RECORD, **on)


def test_a_block_ends_consent_and_role_and_unblocking_revives_neither(world: World) -> None:
    """
    What the person took back is not given back by a change of mind about the block.
    """
    world.treated_by(DOCTOR)
    world.app.name_administrator(of(DOCTOR), PATIENT)
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    world.app.block_professional(block(DOCTOR), PATIENT)
    assert world.decide(DOCTOR).reasons == ["blocked", "no_rule"]

    world.app.unblock_professional(of(DOCTOR), PATIENT)

    assert world.decide(DOCTOR).reasons == ["no_rule"]
    assert world.rights().administrators == []


def test_only_the_person_undoes_their_own_block(world: World) -> None:
    """
    An administrator blocks and unblocks in the person's place, but not over their head.
    """
    world.app.name_administrator(of(DOCTOR), PATIENT)
    world.app.block_professional(block(DENTIST), PATIENT)
    world.app.block_professional(block(NURSE), DOCTOR)

    with pytest.raises(Forbidden):
        world.app.unblock_professional(of(DENTIST), DOCTOR)
    world.app.unblock_professional(of(NURSE), DOCTOR)
    world.app.unblock_professional(of(DENTIST), PATIENT)

    assert world.rights().blocks == {}


def test_a_professional_without_a_role_blocks_nobody(world: World) -> None:
    """
    Access to a record is not a say over who else has it.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)

    with pytest.raises(Forbidden):
        world.app.block_professional(block(DENTIST), DOCTOR)


def test_blocking_twice_is_refused_and_unblocking_nobody_too(world: World) -> None:
    """
    A refused command leaves no event.
    """
    world.app.block_professional(block(DENTIST), PATIENT)
    version = world.rights().version

    with pytest.raises(errors.AlreadyBlocked):
        world.app.block_professional(block(DENTIST), PATIENT)
    with pytest.raises(errors.NotBlocked):
        world.app.unblock_professional(of(DOCTOR), PATIENT)
    assert world.rights().version == version


def test_a_blocked_professional_is_given_no_role(world: World) -> None:
    """
    The person unblocks first, so that they do not do it by mistake.
    """
    world.app.block_professional(block(DENTIST), PATIENT)

    with pytest.raises(errors.AlreadyBlocked):
        world.app.name_treating_doctor(of(DENTIST), PATIENT)


def test_breaking_the_glass_opens_for_a_time(world: World) -> None:
    """
    A session of its own, with its end; ended early it opens nothing more.
    """
    broken = world.app.break_glass(glass(), DOCTOR)
    asked: dict[str, Any] = {"mode": "break_glass", "session": broken.session}
    assert world.decide(DOCTOR, **asked).reasons == ["break_glass"]
    assert not world.decide(DENTIST, **asked).permit

    world.clock.move(broken.ends_at - world.clock.now() - MOMENT)
    assert world.decide(DOCTOR, **asked).permit
    world.clock.move(MOMENT)
    assert not world.decide(DOCTOR, **asked).permit


def test_a_session_is_ended_by_its_professional_or_the_person(world: World) -> None:
    """
    Once ended, at once; to a third it does not exist.
    """
    broken = world.app.break_glass(glass(), DOCTOR)
    end = c.EndEmergencySession(request_id=uuid4(), record_id=RECORD, session=broken.session)
    with pytest.raises(NotFound):
        world.app.end_emergency_session(end, DENTIST)
    world.app.end_emergency_session(end, DOCTOR)

    assert not world.decide(DOCTOR, mode="break_glass", session=broken.session).permit
    with pytest.raises(NotFound):
        world.app.end_emergency_session(end.model_copy(update={"request_id": uuid4()}), PATIENT)


@pytest.mark.parametrize("why", ["switch", "block", "closed"])
def test_the_glass_holds_where_the_person_or_the_law_says_so(world: World, why: str) -> None:
    """
    Refused by the person's switch, by a block, and on a record that is not active.
    """
    if why == "switch":
        world.app.set_emergency_switches(switches(break_glass=False), PATIENT)
    elif why == "block":
        world.app.block_professional(block(DOCTOR), PATIENT)
    else:
        world.hear("record_closed")

    with pytest.raises(errors.BreakGlassRefused) as refused:
        world.app.break_glass(glass(), DOCTOR)

    assert refused.value.message_fr


def test_three_switches_each_do_their_own(world: World) -> None:
    """
    CSP R1111-48: the person may oppose each separately.
    """
    masked = {"confidentiality": ["MASQUE_PS"]}
    assert world.decide(REGULATOR, mode="regulation").permit
    assert not world.decide(REGULATOR, mode="regulation", resource=masked).permit

    world.app.set_emergency_switches(switches(masked=True), PATIENT)
    assert world.decide(REGULATOR, mode="regulation", resource=masked).permit

    world.app.set_emergency_switches(switches(regulation=False, masked=True), PATIENT)
    assert not world.decide(REGULATOR, mode="regulation").permit
    assert world.app.break_glass(glass(), DOCTOR).session


def test_an_opposition_to_feeding_holds_until_it_is_lifted(world: World) -> None:
    """
    CSP R1111-47: for a legitimate reason, kept; the person may change their mind.
    """
    oppose = c.OpposeFeeding(
        request_id=uuid4(),
        record_id=RECORD,
        legitimate_reason="wrong person treated under my name",
        professional=DOCTOR.id,
    )
    world.app.oppose_feeding(oppose, PATIENT)
    assert world.decide(DOCTOR, action="feed").permit
    world.app.judge_opposition(judged(accepted=True), REVIEWER)
    assert world.decide(DOCTOR, action="feed").reasons == ["feeding_opposed"]
    assert world.decide(NURSE, action="feed").permit

    lifted = oppose.model_copy(update={"request_id": uuid4(), "on": False})
    world.app.oppose_feeding(lifted, PATIENT)
    assert world.decide(DOCTOR, action="feed").permit


def judged(*, accepted: bool) -> c.JudgeOpposition:
    return c.JudgeOpposition(
        request_id=uuid4(),
        record_id=RECORD,
        professional=DOCTOR.id,
        accepted=accepted,
        note="heard both sides",
    )


def test_a_reason_that_is_not_legitimate_stops_nobody(world: World) -> None:
    """
    CSP R1111-47: useful data may not be kept out for any reason; who is named does not judge.
    """
    with pytest.raises(errors.NothingToJudge):
        world.app.judge_opposition(judged(accepted=False), REVIEWER)
    world.app.oppose_feeding(
        c.OpposeFeeding(
            request_id=uuid4(),
            record_id=RECORD,
            legitimate_reason="I do not like computers",
            professional=DOCTOR.id,
        ),
        PATIENT,
    )
    asked = c.OfRecord(record_id=RECORD)
    assert list(world.app.rights(asked, PATIENT).oppositions_waiting) == [DOCTOR.id]
    alone = replace(REVIEWER, physician_present=False)
    for judge in (replace(REVIEWER, id=DOCTOR.id), alone):
        with pytest.raises(errors.NotYours):
            world.app.judge_opposition(judged(accepted=False), judge)

    world.app.judge_opposition(judged(accepted=False), REVIEWER)

    assert world.decide(DOCTOR, action="feed").permit
    assert not world.app.rights(asked, PATIENT).oppositions_waiting


def test_each_opposition_that_waits_is_listed_once(world: World) -> None:
    """
    Page by page, as many at once as were asked for, also of one record.
    """
    for professional in (DOCTOR, NURSE, DENTIST):
        opposed = {"record_id": RECORD, "legitimate_reason": "why", "professional": professional.id}
        world.app.oppose_feeding(
            c.OpposeFeeding.model_validate({"request_id": uuid4(), **opposed}), PATIENT
        )
    world.project()

    seen, cursor = [], None
    for _ in range(3):
        page = world.app.oppositions_to_judge(ListQuery(limit=1, cursor=cursor), REVIEWER)
        assert (len(page.items), page.total) == (1, 3)
        seen += [one.feeder for one in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert sorted(seen) == sorted([DOCTOR.id, NURSE.id, DENTIST.id])


def test_reasons_that_wait_are_shown_where_a_physician_is_present(world: World) -> None:
    """
    Why somebody is not to feed a record may say what they treat (CSP R1111-47).
    """
    with pytest.raises(Forbidden):
        world.app.oppositions_to_judge(ListQuery(limit=1), AUDITOR)


def test_an_opposition_taken_back_before_it_was_judged_waits_for_nobody(world: World) -> None:
    """
    Else a reason that is nobody's any more could still be judged, and hold.
    """
    oppose = c.OpposeFeeding(
        request_id=uuid4(), record_id=RECORD, legitimate_reason="mixed up", professional=DOCTOR.id
    )
    world.app.oppose_feeding(oppose, PATIENT)
    lifted = oppose.model_copy(update={"request_id": uuid4(), "on": False})
    world.app.oppose_feeding(lifted, PATIENT)

    assert not world.app.rights(c.OfRecord(record_id=RECORD), PATIENT).oppositions_waiting
    with pytest.raises(errors.NothingToJudge):
        world.app.judge_opposition(judged(accepted=True), REVIEWER)


def test_an_opposition_of_before_they_were_judged_holds_as_it_did() -> None:
    """
    What a person said under the old rule is not put back in question by the new one.
    """
    (old,) = [g for g in golden_files("access") if str(g) == "access.feeding_opposed.v1"]
    said: Any = old.load()
    given = rights()

    said.apply(given)

    assert given.feeding_oppositions == {said.feeder: said.legitimate_reason}
    assert given.claimed_oppositions == {}


def test_a_block_takes_the_roles_of_that_professional_and_of_no_other(world: World) -> None:
    """
    Whoever is shut out is not shown as the person's pharmacist either.
    """
    for role, who in ((Role.PHARMACIST, NURSE), (Role.MIDWIFE, DENTIST)):
        named = c.NameRole(request_id=uuid4(), record_id=RECORD, professional=who.id, role=role)
        world.app.name_role(named, PATIENT)

    world.app.block_professional(block(NURSE), PATIENT)

    assert world.rights().roles == {Role.MIDWIFE: DENTIST.id}


def test_reasons_are_shown_to_the_person_and_secret_ones_not_to_the_parents(world: World) -> None:
    """
    CSP R1111-50: what a minor does in a secret session is hidden from representatives.
    """
    world.hear(
        "record_announced", representatives=[MOTHER.id], majority_at="2030-01-01T00:00:00.000Z"
    )
    world.hear("record_opened")
    world.app.break_glass(glass("collapsed at school"), DOCTOR)
    world.app.break_glass(glass("asked for secrecy"), replace(NURSE, secret=True))
    asked = c.OfRecord(record_id=RECORD)

    to_patient = {s.reason for s in world.app.rights(asked, PATIENT).sessions}
    to_mother = {s.reason for s in world.app.rights(asked, MOTHER).sessions}

    assert to_patient == {"collapsed at school", "asked for secrecy"}
    assert to_mother == {"collapsed at school"}
    assert {s.professional for s in world.app.rights(asked, PATIENT).sessions} == {
        DOCTOR.id,
        NURSE.id,
    }
