"""What a record forbids, or its target itself, holds while it is merged, whichever is split off."""

from uuid import UUID

import pytest

from tests.access.support.merged import (
    BOTH_ORDERS,
    FIRST,
    IDENTITY,
    SECOND,
    THIRD,
    block_of,
    let_in,
    merge,
    record,
    split,
    treated,
    why_of,
)
from tests.access.support.people import DENTIST, DOCTOR, PATIENT


@BOTH_ORDERS
def test_shut_out_by_both_is_shut_out_until_both_are_split_off(order: tuple[UUID, UUID]) -> None:
    target, sources = treated(), {FIRST: record(DOCTOR.id), SECOND: record(DOCTOR.id)}
    merge(target, *sources.values())

    split(target, order[0])

    assert target.blocks == {DOCTOR.id: block_of(sources[order[1]])}
    assert not let_in(target)

    split(target, order[1])

    assert not target.blocks
    assert let_in(target) == {"consent", "treating", "administrator"}


@BOTH_ORDERS
def test_opposed_by_both_is_opposed_until_both_are_split_off(order: tuple[UUID, UUID]) -> None:
    sources = {FIRST: record(opposed=DENTIST.id), SECOND: record(opposed=DENTIST.id)}
    target = record()
    merge(target, *sources.values())

    split(target, order[0])
    assert target.feeding_oppositions == {DENTIST.id: why_of(sources[order[1]])}

    split(target, order[1])
    assert not target.feeding_oppositions


@BOTH_ORDERS
def test_an_emergency_opens_what_all_that_are_still_merged_allow(order: tuple[UUID, UUID]) -> None:
    """One thing is refused by both, one by each alone."""
    target = record(masked=True)
    first = record(regulation=False, break_glass=False, masked=True)
    second = record(regulation=False, masked=False)
    merge(target, first, second)
    assert target.switches == {"regulation": False, "break_glass": False, "masked": False}

    split(target, order[0])
    assert target.switches == (first if order[1] == FIRST else second).switches

    split(target, order[1])
    assert target.switches == {"regulation": True, "break_glass": True, "masked": True}


@pytest.mark.parametrize("last", [FIRST, SECOND, THIRD])
def test_of_three_the_last_still_shuts_out(last: UUID) -> None:
    """And whom the others alone shut out is let in with them."""
    sources = {m: record(DOCTOR.id, str(m)) for m in (FIRST, SECOND, THIRD)}
    target = treated()
    merge(target, *sources.values())

    for merge_id in sources.keys() - {last}:
        split(target, merge_id)
    assert target.blocks == dict.fromkeys((DOCTOR.id, str(last)), block_of(sources[last]))
    assert not let_in(target)

    split(target, last)
    assert not target.blocks
    assert len(let_in(target)) == 3


@BOTH_ORDERS
def test_what_the_target_forbade_itself_is_no_matter_of_any_split(
    order: tuple[UUID, UUID],
) -> None:
    target = record(DOCTOR.id, opposed=DENTIST.id, regulation=False)
    same = [record(DOCTOR.id, opposed=DENTIST.id, regulation=False) for _ in order]
    merge(target, *same)
    for merge_id in order:
        split(target, merge_id)
        assert target.blocks == {DOCTOR.id: block_of(target)}
        assert target.feeding_oppositions == {DENTIST.id: why_of(target)}
        assert not target.switches["regulation"]


def test_one_merged_into_a_source_is_held_by_the_source() -> None:
    """Identity merges no chains; if it did, too much would be shut, not too little."""
    innermost, source, target = record(DOCTOR.id), record(), treated()
    source.take_stricter(SECOND, innermost, by=IDENTITY)
    target.take_stricter(FIRST, source, by=IDENTITY)

    split(source, SECOND)
    assert not source.blocks
    assert target.blocks.keys() == {DOCTOR.id}

    split(target, FIRST)
    assert not target.blocks
    assert len(let_in(target)) == 3


def test_nothing_is_left_of_merges_that_were_split() -> None:
    target = treated()
    merge(target, record(DOCTOR.id, opposed=DENTIST.id, regulation=False), record(DOCTOR.id))
    for merge_id in (FIRST, SECOND):
        split(target, merge_id)
    assert (target.merged, target.of_merges) == ({}, record().of_merges)


def test_the_last_of_two_treating_doctors_that_were_shut_out_comes_back() -> None:
    """Who was named since took the place of the first."""
    target = treated()
    target.take_stricter(FIRST, record(DOCTOR.id), by=IDENTITY)
    target.name_treating_doctor(DENTIST.id, by=PATIENT)
    target.take_stricter(SECOND, record(DENTIST.id), by=IDENTITY)

    split(target, FIRST)
    assert let_in(target) == {"consent", "administrator"}

    split(target, SECOND)
    assert target.treating_doctor == DENTIST.id
