"""Two records of one person made one: nothing the person forbade on either is allowed by it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from tests.access.support.logs import World, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    OPERATOR,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REGULATOR,
    REVIEWER,
    STRANGER,
)

MERGE = UUID("0190a000-0000-7000-8000-0000000000cc")


@pytest.fixture
def merged(world: World) -> World:
    """Doctor and nurse treat the target; on the source the person has shut the doctor out."""
    world.open_record(OTHER_RECORD)
    world.treated_by(DOCTOR)
    world.app.name_administrator(of(DOCTOR), PATIENT)
    world.app.declare_consent(consent(NURSE), PATIENT)
    world.app.block_professional(
        c.BlockProfessional(
            request_id=uuid4(), record_id=OTHER_RECORD, professional=DOCTOR.id, reason="no more"
        ),
        STRANGER,
    )
    world.app.set_emergency_switches(switches(OTHER_RECORD, regulation=False), STRANGER)
    opposed(world, OTHER_RECORD, STRANGER, "told wrong things")
    judged(world, OTHER_RECORD, accepted=True)
    return world


def opposed(
    world: World, record_id: UUID, by: Actor, legitimate_reason: str, *, on: bool = True
) -> None:
    """To the dentist."""
    world.app.oppose_feeding(
        c.OpposeFeeding(
            request_id=uuid4(),
            record_id=record_id,
            professional=DENTIST.id,
            legitimate_reason=legitimate_reason,
            on=on,
        ),
        by,
    )


def judged(world: World, record_id: UUID, *, accepted: bool) -> None:
    world.app.judge_opposition(
        c.JudgeOpposition(
            request_id=uuid4(),
            record_id=record_id,
            professional=DENTIST.id,
            accepted=accepted,
            note="looked at",
        ),
        REVIEWER,
    )


def switches(record_id: UUID, **given: bool) -> c.SetEmergencySwitches:
    on = {"regulation": True, "break_glass": True, "masked": False, **given}
    return c.SetEmergencySwitches(request_id=uuid4(), record_id=record_id, **on)


def merge(world: World) -> None:
    world.hear("records_merged", source=str(OTHER_RECORD), merge_id=str(MERGE))


def split(world: World) -> None:
    world.hear("records_split", source=str(OTHER_RECORD), merge_id=str(MERGE))


def state(rights: Rights) -> dict[str, Any]:
    left_out = ("_version", "_modified_on", "_pending_events", "_created_on")
    return {name: value for name, value in vars(rights).items() if name not in left_out}


def test_the_stricter_side_wins(merged: World) -> None:
    """
    Blocked on one is blocked; allowed in an emergency only if both allow; opposed stays so.
    """
    assert merged.decide(DOCTOR).permit
    assert merged.decide(REGULATOR, mode="regulation").permit

    merge(merged)

    assert merged.decide(DOCTOR).reasons == ["blocked", "no_rule"]
    assert not merged.decide(REGULATOR, mode="regulation").permit
    assert not merged.decide(DENTIST, action="feed").permit
    assert merged.rights().consents.keys() == {NURSE.id}


def test_a_split_gives_back_what_was(merged: World) -> None:
    """
    Merge then split is the identity, role and consent of who was blocked included.
    """
    before = state(merged.rights())

    merge(merged)
    split(merged)

    assert state(merged.rights()) == before
    assert merged.decide(DOCTOR).permit


def test_what_the_person_did_meanwhile_stays(merged: World) -> None:
    """
    A block of their own is no matter of the merge, nor are switches they set since.
    """
    merge(merged)
    merged.app.block_professional(
        c.BlockProfessional(
            request_id=uuid4(), record_id=RECORD, professional=NURSE.id, reason="mine"
        ),
        PATIENT,
    )
    merged.app.set_emergency_switches(switches(RECORD, break_glass=False), PATIENT)

    split(merged)

    assert merged.rights().blocks.keys() == {NURSE.id}
    assert merged.rights().switches == {"regulation": True, "break_glass": False, "masked": False}


def test_on_the_source_nobody_is_let_in_any_more(merged: World) -> None:
    """
    Whoever still has its id is told so, rather than given a session or a consent that opens
    nothing; their status is that of the record it is served under. Until the split.
    """
    glass = {"record_id": OTHER_RECORD, "reason": "fallen", "unable_to_consent": True}
    given = consent(NURSE).model_copy(update={"record_id": OTHER_RECORD})
    merge(merged)

    with pytest.raises(errors.BreakGlassRefused):
        merged.app.break_glass(c.BreakGlass(request_id=uuid4(), **glass), NURSE)
    with pytest.raises(errors.RecordNotActive):
        merged.app.declare_consent(given, NURSE)
    asked = c.OfRecord(record_id=OTHER_RECORD)
    assert merged.app.my_status(asked, NURSE).status == "valid"
    assert merged.app.my_status(asked, DOCTOR).status == "blocked"

    split(merged)
    assert merged.app.my_status(asked, NURSE).status == "undefined"
    merged.app.declare_consent(given, NURSE)


@pytest.mark.parametrize(
    "act",
    [
        lambda app, of_it: app.block_professional(
            c.BlockProfessional(**of_it, professional=NURSE.id, reason="no more"), STRANGER
        ),
        lambda app, of_it: app.unblock_professional(
            c.OfProfessional(**of_it, professional=DOCTOR.id), STRANGER
        ),
        lambda app, of_it: app.set_emergency_switches(
            c.SetEmergencySwitches(**of_it, regulation=False, break_glass=False, masked=False),
            STRANGER,
        ),
        lambda app, of_it: app.oppose_feeding(
            c.OpposeFeeding(**of_it, legitimate_reason="mistakes"), STRANGER
        ),
        lambda app, of_it: app.name_administrator(
            c.OfProfessional(**of_it, professional=NURSE.id), STRANGER
        ),
        lambda app, of_it: app.suspend_representation(
            c.SuspendRepresentation(
                **of_it, representative=UUID(MOTHER.id), court_order="JAF 1", on=False
            ),
            OPERATOR,
        ),
    ],
    ids=["block", "unblock", "switches", "opposition", "administrator", "court order"],
)
def test_what_is_said_on_the_source_is_said_where_it_counts(
    merged: World, act: Callable[[Any, dict[str, Any]], object]
) -> None:
    """
    Who is served by another record's rights is not told that it is done where it is not; nor is a
    professional told more than of any record.
    """
    rights = merged.app.rights_of(OTHER_RECORD)
    assert rights
    rights.note_suspension(MOTHER.id, "JAF 1", on=True, by=OPERATOR)
    merged.app.save(rights)
    merge(merged)

    with pytest.raises(errors.RecordMerged):
        act(merged.app, {"request_id": uuid4(), "record_id": OTHER_RECORD})
    with pytest.raises(errors.NotYours):
        merged.app.block_professional(
            c.BlockProfessional(
                request_id=uuid4(), record_id=OTHER_RECORD, professional=NURSE.id, reason="x"
            ),
            DENTIST,
        )

    split(merged)
    act(merged.app, {"request_id": uuid4(), "record_id": OTHER_RECORD})


def test_the_source_keeps_its_own(merged: World) -> None:
    """
    What it forbids it forbids still, merged or split.
    """
    merge(merged)
    split(merged)

    source = merged.app.rights_of(OTHER_RECORD)
    assert source
    assert source.blocks.keys() == {DOCTOR.id}


def test_a_split_of_what_was_never_merged_here_changes_nothing(merged: World) -> None:
    """
    Access may have followed only since then.
    """
    before = merged.rights().version
    split(merged)
    assert merged.rights().version == before


def test_a_judges_order_on_either_record_holds_on_both(world: World) -> None:
    """
    A suspended representative does not come back by a merge.
    """
    family: dict[str, Any] = {
        "representatives": [MOTHER.id],
        "majority_at": "2030-01-01T00:00:00.000Z",
    }
    for record in (RECORD, OTHER_RECORD):
        world.hear("record_announced", record, **family)
        world.hear("record_activated", record)
    world.app.suspend_representation(
        c.SuspendRepresentation.model_validate(
            {
                "request_id": uuid4(),
                "record_id": OTHER_RECORD,
                "representative": MOTHER.id,
                "court_order": "TJ Paris 26/1",
            }
        ),
        OPERATOR,
    )
    assert world.decide(MOTHER).permit

    merge(world)

    assert world.decide(MOTHER).reasons == ["representation_suspended"]


def test_a_split_gives_back_what_the_merge_ended_and_no_more(merged: World) -> None:
    """
    The consent of who was blocked by it; nothing to whom the person has shut out themselves since.
    """
    merged.app.declare_consent(consent(DOCTOR), PATIENT)
    merge(merged)
    assert DOCTOR.id not in merged.rights().consents
    split(merged)
    assert merged.rights().consents.keys() == {DOCTOR.id, NURSE.id}
    merge(merged)
    merged.app.unblock_professional(of(DOCTOR), PATIENT)
    merged.app.block_professional(
        c.BlockProfessional(
            request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id, reason="mine"
        ),
        PATIENT,
    )

    split(merged)

    assert merged.rights().blocks.keys() == {DOCTOR.id}
    assert not merged.rights().administrators
    assert merged.rights().consents.keys() == {NURSE.id}


def test_an_opposition_found_legitimate_since_the_merge_stays(merged: World) -> None:
    """
    It is the person's own then; one that was not is the merge's, and goes with it.
    """
    for accepted, stays in ((True, {DENTIST.id: "mine"}), (False, {})):
        merge(merged)
        opposed(merged, RECORD, PATIENT, "mine")
        judged(merged, RECORD, accepted=accepted)

        split(merged)

        assert merged.rights().feeding_oppositions == stays
        if stays:
            opposed(merged, RECORD, PATIENT, "no more", on=False)


def test_an_opposition_lifted_since_the_merge_is_lifted(merged: World) -> None:
    """
    A split finds nothing to bring back, and leaves nothing behind.
    """
    merge(merged)
    opposed(merged, RECORD, PATIENT, "no more", on=False)
    assert merged.decide(DENTIST, action="feed").permit

    split(merged)

    assert not merged.rights().feeding_oppositions
    assert not merged.rights().of_merges["oppositions"]


@pytest.mark.parametrize("then", ["unblocked", "unblocked and blocked", "blocked as well"])
def test_whom_the_person_decided_on_since_is_no_matter_of_the_merge(
    merged: World, then: str
) -> None:
    """
    Neither the block, nor the consent that it had ended, comes or goes with the split.
    """
    merged.app.declare_consent(consent(DOCTOR), PATIENT)
    merge(merged)
    if then.startswith("unblocked"):
        merged.app.unblock_professional(of(DOCTOR), PATIENT)
    if then != "unblocked":
        block = c.BlockProfessional(
            request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id, reason="mine"
        )
        merged.app.block_professional(block, PATIENT)

    split(merged)

    assert merged.rights().blocks.keys() == (set() if then == "unblocked" else {DOCTOR.id})
    assert DOCTOR.id not in merged.rights().consents


def test_an_opposition_of_both_stays_with_each(merged: World) -> None:
    """
    With the reason that was found legitimate there: a split does not take it along.
    """
    opposed(merged, RECORD, PATIENT, "a cousin")
    judged(merged, RECORD, accepted=True)

    merge(merged)
    split(merged)

    assert merged.rights().feeding_oppositions == {DENTIST.id: "a cousin"}


def test_a_judges_order_on_both_records_is_no_hindrance(world: World) -> None:
    """
    The merge is applied, and the order stands.
    """
    for record in (RECORD, OTHER_RECORD):
        world.hear(
            "record_announced",
            record,
            representatives=[MOTHER.id],
            majority_at="2030-01-01T00:00:00.000Z",
        )
        world.hear("record_opened", record)
        world.app.suspend_representation(
            c.SuspendRepresentation.model_validate(
                {
                    "request_id": uuid4(),
                    "record_id": record,
                    "representative": MOTHER.id,
                    "court_order": "JAF 1",
                }
            ),
            OPERATOR,
        )

    merge(world)

    assert world.rights().suspended == {MOTHER.id: "JAF 1"}
