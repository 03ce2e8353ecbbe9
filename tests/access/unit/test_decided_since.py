"""What was decided on the target since a merge is its own, whichever record is split off."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest

from services.access.domain.errors import AlreadyBlocked, NotYours
from services.access.domain.grants import Block, Review, Session, Verdict
from services.access.domain.legacy import Legacy
from tests.access.support.judging import HOUR, NOW
from tests.access.support.merged import (
    BOTH_ORDERS,
    FIRST,
    IDENTITY,
    ON,
    SECOND,
    block_of,
    let_in,
    merge,
    record,
    split,
    treated,
    why_of,
)
from tests.access.support.people import DENTIST, DOCTOR, MOTHER, PATIENT, REVIEWER


@BOTH_ORDERS
def test_whom_the_person_let_in_since_stays_let_in(order: tuple[UUID, UUID]) -> None:
    """By whichever is split off; with what they were given since, and nothing of before."""
    target = treated()
    merge(target, *(record(DOCTOR.id, opposed=DENTIST.id, regulation=False) for _ in order))
    target.unblock(DOCTOR.id, by=PATIENT)
    target.oppose_feeding(DENTIST.id, "no more", on=False, waits=False, by=PATIENT)
    target.set_switches(ON, by=PATIENT)

    for merge_id in order:
        split(target, merge_id)
        assert not target.blocks
        assert not target.feeding_oppositions
        assert target.switches == ON
        assert not let_in(target)


@pytest.mark.parametrize("order", [(SECOND, FIRST), (FIRST, SECOND)])
def test_one_that_is_merged_after_shuts_out_anew(order: tuple[UUID, UUID]) -> None:
    """What the person undid before was what they knew of: the one of before forbids no more."""
    target, after = treated(), record(DOCTOR.id, opposed=DENTIST.id, regulation=False)
    merge(target, record(DOCTOR.id, opposed=DENTIST.id, regulation=False))
    target.unblock(DOCTOR.id, by=PATIENT)
    target.oppose_feeding(DENTIST.id, "no more", on=False, waits=False, by=PATIENT)
    target.set_switches(ON, by=PATIENT)
    target.take_stricter(SECOND, after, by=IDENTITY)
    forbidden = (target.blocks, target.feeding_oppositions, target.switches)
    assert forbidden == (after.blocks, after.feeding_oppositions, after.switches)

    split(target, order[0])
    now = (target.blocks, target.feeding_oppositions, target.switches)
    assert now == (forbidden if order[0] == FIRST else ({}, {}, ON))

    split(target, order[1])
    assert (target.blocks, target.feeding_oppositions, target.switches) == ({}, {}, ON)
    assert not let_in(target), "the person revived nothing when they let the doctor in"


def test_an_opposition_that_waits_is_no_decision_and_one_found_legitimate_is() -> None:
    """With the very words of the other record: it is the target's own."""
    source, target = record(opposed=DENTIST.id), record()
    merge(target, source)
    target.oppose_feeding(DENTIST.id, why_of(source), on=True, waits=True, by=PATIENT)
    assert target.of_merges["oppositions"]
    target.judge_opposition(DENTIST.id, accepted=True, note="so it is", by=IDENTITY)

    split(target, FIRST)

    assert target.feeding_oppositions == {DENTIST.id: why_of(source)}


def test_whom_the_person_blocks_too_stays_blocked_after_the_split() -> None:
    """Theirs takes the place of that of the record merged in: once, not again and again."""
    target = treated()
    merge(target, record(DOCTOR.id))
    target.block(DOCTOR.id, block_of(target), by=PATIENT)
    with pytest.raises(AlreadyBlocked):
        target.block(DOCTOR.id, block_of(target), by=PATIENT)

    split(target, FIRST)

    assert target.blocks == {DOCTOR.id: block_of(target)}
    assert not let_in(target)


@pytest.mark.parametrize("other", [{"by_person": False}, {"secret": True}])
def test_no_block_that_others_may_undo_takes_the_place_of_a_persons(other: Any) -> None:
    """Nor does a secret one hide one that is there for all to see."""
    target, source = record(), record(DOCTOR.id)
    merge(target, source)
    with pytest.raises(AlreadyBlocked):
        target.block(DOCTOR.id, cast("Block", block_of(target) | other), by=PATIENT)
    assert target.blocks == {DOCTOR.id: block_of(source)}


def test_what_a_former_dmp_blocked_is_the_targets_own() -> None:
    """Though a record merged in shuts out the same professional."""
    target = record()
    merge(target, record(DOCTOR.id))
    legacy = Legacy(consents=[], blocks={DOCTOR.id: block_of(target)}, switches=None)
    target.take_legacy(legacy, at=NOW, by=IDENTITY)

    split(target, FIRST)

    assert target.blocks == {DOCTOR.id: block_of(target)}


def test_whom_a_reviewer_shuts_out_stays_shut_out() -> None:
    """Though a block of the same strength was there, of the record merged in."""
    target, source = record(), record()
    source.block(DOCTOR.id, block_of(source) | {"by_person": False}, by=IDENTITY)
    session = Session(
        professional=DOCTOR.id,
        facility=None,
        reason="fallen",
        unable_to_consent=True,
        started_at=NOW,
        ends_at=NOW + HOUR,
        review_before=NOW + HOUR,
        secret=False,
    )
    target.break_glass(SECOND, session, block_wins=True, by=DOCTOR)
    merge(target, source)
    review = Review(
        verdict=Verdict.UNJUSTIFIED,
        note="read the file",
        reviewed_by=REVIEWER.id,
        reviewed_at=NOW,
        incident=None,
    )
    target.review(SECOND, review, by=REVIEWER)

    split(target, FIRST)

    assert target.blocks.keys() == {DOCTOR.id}


@BOTH_ORDERS
def test_nobody_undoes_for_the_person_what_the_person_said_on_either(
    order: tuple[UUID, UUID],
) -> None:
    """Whichever block came first is in force; the person's own holds below it."""
    of_the_doctor = Block(reason="a", by_person=False, blocked_at=NOW, secret=False)
    theirs, ours = record(DENTIST.id), record()
    ours.block(DENTIST.id, of_the_doctor, by=DOCTOR)
    target = treated()
    merge(target, *(theirs if merge_id == FIRST else ours for merge_id in order))

    with pytest.raises(NotYours):
        target.unblock(DENTIST.id, by=DOCTOR)
    split(target, FIRST if order[0] == FIRST else SECOND)
    target.unblock(DENTIST.id, by=DOCTOR)

    assert not target.blocks


def test_an_administrator_named_again_in_the_open_is_one_after_the_split() -> None:
    """Who does not see a secret block may name them; one removal takes the role away."""
    source, target = record(), treated()
    secretly = replace(PATIENT, secret=True)
    source.block(DOCTOR.id, {**block_of(source), "secret": True}, by=secretly)
    merge(target, source)
    target.name_administrator(DOCTOR.id, by=MOTHER)

    split(target, FIRST)
    target.remove_administrator(DOCTOR.id, by=PATIENT)

    assert not target.administrators
