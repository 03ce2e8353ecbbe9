"""A split gives back everything that a merge took together."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.contract.announcing import Oppose
from services.identity.contract.doubles import ConfirmMerge, Split
from services.identity.contract.living import Close
from services.identity.domain.errors import CannotMerge, MergeNotInThatState, NotInThatState
from services.identity.domain.identity_status import IdentityDocument
from services.identity.domain.record import Record
from shared.kernel.errors import Conflict, StaleRead
from shared.kernel.ins import INS_NIA, INS_NIR_TEST, Ins
from tests.identity.lives import SIX_WEEKS, announce, seen
from tests.identity.merging import COLLEAGUE, OTHER, found_by, propose
from tests.identity.people import INS, INSURER, NOW, OTHER_INS, TIMER, traits
from tests.identity.unit.test_record import OPENS_AT
from tests.identity.unit.test_record import announce as announce_one
from tests.identity.unit.test_whose import confirm, retrieve, validate
from tests.identity.world import AccessSeen, World


def test_a_split_gives_each_what_it_brought(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    Two people after all: numbers, statuses and what time does are as before.
    """
    source, target = pair
    before = [seen(world, record_id) for record_id in pair]
    merge_id = propose(world, source, target)
    world.identity.confirm_merge(ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)

    world.identity.split(Split(request_id=uuid4(), merge_id=merge_id), INSURER)

    assert [seen(world, record_id) for record_id in pair] == before
    assert found_by(world, INS) == source
    with pytest.raises(MergeNotInThatState):
        world.identity.split(Split(request_id=uuid4(), merge_id=merge_id), INSURER)


def test_a_waiting_source_split_off_opens_in_its_time(world: World) -> None:
    """
    Merged it does not open by itself; split it does.
    """
    target = announce(world)
    world.pass_time(SIX_WEEKS)
    source = announce(world, ins=None, notice_sent_at=world.clock.now())
    merge_id = propose(world, source, target)
    world.identity.confirm_merge(ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)
    world.pass_time(SIX_WEEKS)
    assert seen(world, source).status == "merged"

    world.identity.split(Split(request_id=uuid4(), merge_id=merge_id), INSURER)
    world.pass_time()

    assert seen(world, source).status == "open"


def test_what_the_person_refused_on_one_stays_refused(world: World) -> None:
    """
    The stricter side: an opposed or closed record is no double to be served under an open one.
    """
    opposed, closed, open_ = (announce(world, ins=None) for _ in range(3))
    world.identity.oppose(Oppose(request_id=uuid4(), record_id=opposed, channel="phone"), INSURER)
    world.pass_time(SIX_WEEKS)
    world.identity.close_record(
        Close(request_id=uuid4(), record_id=closed, motive="person_request"), INSURER
    )
    for source, target in ((opposed, open_), (closed, open_), (open_, opposed), (open_, open_)):
        with pytest.raises(CannotMerge):
            propose(world, source, target)


KEPT = ("_version", "_modified_on", "_pending_events", "_created_on")


def state(record: Record) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in KEPT}


def copied(record: Record) -> dict[str, Any]:
    """Of now, whatever comes."""
    return {
        name: value.copy() if isinstance(value, list | set | dict) else value
        for name, value in state(record).items()
    }


@given(
    source_ins=st.booleans(),
    target_ins=st.booleans(),
    acts=st.lists(st.sampled_from([validate, confirm]), max_size=4),
    nia=st.booleans(),
    same=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_merge_then_split_is_the_identity(
    source_ins: bool, target_ins: bool, acts: list[Any], nia: bool, same: bool
) -> None:
    """
    Whatever both had proven: each is again exactly what it was.
    """
    waiting = Ins("785039935001202", INS_NIA if nia else INS_NIR_TEST)
    source = announce_one(waiting if source_ins else None)
    target = announce_one(record_id=OTHER, checked_with=IdentityDocument.PASSPORT if same else None)
    if not target_ins:
        target = announce_one(None, record_id=OTHER)
    if not same:
        source = announce_one(None)
        source.change_ins(waiting, traits(birth_date="1979-03-29"), NOW, INSURER)
    for record in (source, target):
        record.open(OPENS_AT, TIMER)
        for act in acts:
            try:
                act(record)
            except Conflict:
                continue
    before = copied(source), copied(target)
    try:
        source.merge_into(target, INSURER)
    except CannotMerge:
        assert (state(source), state(target)) == before
        return

    source.split_from(target, INSURER)

    assert (state(source), state(target)) == before


def test_what_happened_to_the_target_meanwhile_stays_its_own() -> None:
    """
    A split undoes the merge, not what was done to the person since.
    """
    source, target = announce_one(), announce_one(None, record_id=OTHER)
    for record in (source, target):
        record.open(OPENS_AT, TIMER)
    source.merge_into(target, INSURER)
    validate(target)
    retrieve(target)

    source.split_from(target, INSURER)

    assert target.ins == Ins(OTHER_INS["value"], INS_NIR_TEST)
    assert target.former_ins == []
    assert target.identity_status == "QUAL"


def test_only_what_was_merged_into_it_is_split_from_a_record() -> None:
    """
    Neither one that never was, nor one that is part of another record.
    """
    source, target = announce_one(), announce_one(None, record_id=OTHER)
    another = announce_one(None, record_id=uuid4())
    for record in (source, target, another):
        record.open(OPENS_AT, TIMER)
    before = copied(target)

    with pytest.raises(NotInThatState):
        source.split_from(target, INSURER)
    source.merge_into(another, INSURER)
    with pytest.raises(NotInThatState):
        source.split_from(target, INSURER)

    assert state(target) == before


def test_a_split_is_answered_when_access_has_applied_it(
    world: World, access: AccessSeen, pair: tuple[UUID, UUID]
) -> None:
    """
    From the answer on they are two people: a parent who was taken for another acts for that one's
    children no more. When access cannot say so in time, the same request is sent again.
    """
    merge_id = propose(world, *pair)
    merged = world.identity.confirm_merge(
        ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE
    )
    asked = Split(request_id=uuid4(), merge_id=merge_id)
    access.waited.clear()
    access.reached = world.identity.head().position
    with pytest.raises(StaleRead):
        world.identity.split(asked, INSURER)
    access.reached = None

    done = world.identity.split(asked, INSURER)

    assert access.waited == [(merged.target, done.position)] * 2
