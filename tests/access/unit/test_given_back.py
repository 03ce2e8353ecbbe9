"""Consents that a split gives back end as others do: at their instant, and told of once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.projections.waiting import Kind
from tests.access.support.logs import World, block, consent, of
from tests.access.support.people import DOCTOR, OTHER_RECORD, PATIENT, RECORD, STRANGER
from tests.access.unit.test_merging import merge, split
from tests.access.unit.test_time import expired, sweep
from tests.support.golden import golden_files

DAY = timedelta(hours=24)


@pytest.fixture
def shut_out(world: World) -> World:
    """The doctor has a day's consent on the target; on the source the person has blocked them."""
    world.open_record(OTHER_RECORD)
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    blocked = block(DOCTOR).model_copy(update={"record_id": OTHER_RECORD})
    world.app.block_professional(blocked, STRANGER)
    return world


def waits(world: World, in_: timedelta) -> int:
    """How many consents end by then."""
    world.project()
    return len(world.waiting.due(Kind.CONSENT, world.clock.now() + in_))


@pytest.mark.parametrize("anew", [False, True], ids=["followed", "built anew from the log"])
def test_what_is_given_back_ends_when_it_would_have(shut_out: World, *, anew: bool) -> None:
    """Not before, and once; whoever lists what waits from the whole log finds the same."""
    for step in (merge, split):
        step(shut_out)
        if not anew:
            shut_out.project()
    sweep(shut_out)
    assert expired(shut_out) == []
    assert shut_out.decide(DOCTOR).permit

    shut_out.move(DAY)
    assert not shut_out.decide(DOCTOR).permit
    sweep(shut_out)
    sweep(shut_out)

    assert expired(shut_out) == [DOCTOR.id]
    assert waits(shut_out, DAY) == 0
    assert shut_out.app.my_status(c.OfRecord(record_id=RECORD), DOCTOR).status == "expired"


def test_one_whose_term_passed_meanwhile_is_told_of_after_the_split(shut_out: World) -> None:
    """While the merge shut the doctor out there was no consent to end."""
    merge(shut_out)
    shut_out.move(DAY)
    sweep(shut_out)
    assert expired(shut_out) == []

    split(shut_out)
    sweep(shut_out)

    assert expired(shut_out) == [DOCTOR.id]
    assert waits(shut_out, DAY) == 0


def test_one_that_was_told_of_before_the_merge_is_not_told_of_again(shut_out: World) -> None:
    """Nor does it wait for ever for what was said."""
    shut_out.move(DAY)
    sweep(shut_out)
    merge(shut_out)
    split(shut_out)
    sweep(shut_out)

    assert expired(shut_out) == [DOCTOR.id]
    assert waits(shut_out, DAY) == 0
    assert shut_out.app.my_status(c.OfRecord(record_id=RECORD), DOCTOR).status == "expired"


def test_what_does_not_come_back_has_no_end(shut_out: World) -> None:
    """Blocked by the person themselves since, the doctor stays shut out, and nothing expires."""
    merge(shut_out)
    shut_out.move(timedelta(minutes=1))
    shut_out.app.unblock_professional(of(DOCTOR), PATIENT)
    shut_out.app.block_professional(block(DOCTOR), PATIENT)
    split(shut_out)

    assert waits(shut_out, DAY) == 0
    shut_out.move(DAY)
    sweep(shut_out)
    assert expired(shut_out) == []


def test_withdrawn_after_the_split_it_has_no_end(shut_out: World) -> None:
    """As any other that was withdrawn."""
    merge(shut_out)
    split(shut_out)
    shut_out.app.withdraw_consent(
        c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id), PATIENT
    )

    assert waits(shut_out, DAY) == 0
    shut_out.move(DAY)
    sweep(shut_out)
    assert expired(shut_out) == []


def test_while_another_shuts_out_too_nothing_comes_back(shut_out: World) -> None:
    """Two other records blocked the doctor; what ends is known once the last is split off."""
    third = UUID(int=3)
    last: dict[str, Any] = {"source": str(UUID(int=3)), "merge_id": str(UUID(int=4))}
    shut_out.open_record(third)
    person = replace(STRANGER, id=str(third), record_id=third)
    blocked = block(DOCTOR).model_copy(update={"record_id": third})
    shut_out.app.block_professional(blocked, person)
    merge(shut_out)
    shut_out.hear("records_merged", **last)

    split(shut_out)
    assert shut_out.decide(DOCTOR).reasons == ["blocked", "no_rule"]
    assert waits(shut_out, DAY) == 0

    shut_out.hear("records_split", **last)
    assert shut_out.decide(DOCTOR).permit
    assert waits(shut_out, DAY) == 1


def test_a_split_of_before_names_no_consent() -> None:
    """What version 1 gave back came without its end."""
    (old,) = [g for g in golden_files("access") if str(g) == "access.stricter_given_back.v1"]
    assert vars(old.load())["ends"] == {}
