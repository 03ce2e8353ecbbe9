"""Merges confirmed by someone else, and what follows from one."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.identity.contract.announcing import Oppose
from services.identity.contract.doubles import ConfirmMerge
from services.identity.contract.ending import RequestErasure
from services.identity.contract.living import Close, Reopen, UpdateContact
from services.identity.contract.proving import ChangeIns, ValidateIdentity, VerifyIns
from services.identity.domain.errors import (
    CannotMerge,
    MergeNotInThatState,
    NotInThatState,
    RecordMerged,
    SameStaff,
    UnknownRecord,
)
from services.identity.domain.identity_status import Attribute
from services.identity.domain.record import Record
from services.identity.domain.states import Status
from shared.kernel.ins import INS_NIA, INS_NIR_TEST, Ins
from tests.identity.insi import people_of_registry
from tests.identity.lives import SIX_WEEKS, about, announce, close, seen
from tests.identity.merging import COLLEAGUE, OTHER, found_by, merge, propose
from tests.identity.people import INS, INSURER, OTHER_INS, TIMER, TRAITS, patient
from tests.identity.unit.test_record import OPENS_AT
from tests.identity.unit.test_record import announce as announce_one
from tests.identity.unit.test_whose import PASSPORT, doubt, refuse
from tests.identity.world import World
from tests.support.facts import new_facts


def test_a_merge_takes_two_people(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    Who proposed it does not confirm it, not even as the same request by another way.
    """
    merge_id = propose(world, *pair)
    confirm_ = ConfirmMerge(request_id=uuid4(), merge_id=merge_id)
    with pytest.raises(SameStaff):
        world.identity.confirm_merge(confirm_, INSURER)
    assert seen(world, pair[0]).status is Status.OPEN

    merged = world.identity.confirm_merge(confirm_, COLLEAGUE)

    assert (merged.source, merged.target, merged.moved) == (*pair, {"ins": 1})
    with pytest.raises(MergeNotInThatState):
        world.identity.confirm_merge(ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)


def test_the_number_finds_the_target_once_it_is_proven_there(
    world: World, pair: tuple[UUID, UUID]
) -> None:
    """
    Traits differ by a typo: INSi gave that number for others, so it must be verified again.
    """
    source, target = pair
    assert found_by(world, INS) == source

    merged = merge(world, source, target)

    assert merged.identity_status == "PROV"
    assert found_by(world, INS) is None
    assert (seen(world, source).status, seen(world, source).merged_into) == ("merged", target)


def test_same_traits_need_no_new_proof(world: World) -> None:
    """
    INSi has answered for this number and these very traits.
    """
    source = announce(world)
    target = announce(world, ins=None)
    world.pass_time(SIX_WEEKS)

    assert merge(world, source, target).identity_status == "RECUP"
    assert found_by(world, INS) == target
    verified = world.identity.verify_ins(VerifyIns(request_id=uuid4(), record_id=target), INSURER)
    assert verified.result == "OK"


def test_a_merged_record_is_acted_on_no_more(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    Whoever still has its id is told where the person is.
    """
    source, target = pair
    merge(world, source, target)

    for act in (
        lambda: world.identity.validate_identity(
            ValidateIdentity(**about(source), document_kind="CN"), INSURER
        ),
        lambda: world.identity.oppose(Oppose(**about(source), channel="online"), patient(source)),
        lambda: world.identity.update_contact(
            UpdateContact(**about(source), contact={}), patient(source)
        ),
        lambda: close(world, source),
        lambda: world.identity.reopen(Reopen(**about(source)), patient(source)),
    ):
        with pytest.raises(RecordMerged, match=str(target)):
            act()
    with pytest.raises(CannotMerge):
        propose(world, source, target)


def test_two_numbers_are_two_people(world: World) -> None:
    """
    Unless one of them is a waiting number: then the person has both, one as history.
    """
    first, second = announce(world), announce(world, ins=OTHER_INS)
    with pytest.raises(CannotMerge):
        propose(world, first, second)


def test_a_waiting_number_becomes_history_of_the_other() -> None:
    """
    RNIV: one active matricule, the NIA kept beside it.
    """
    waiting = Ins("785039935001202", INS_NIA)
    source, target = announce_one(waiting), announce_one(record_id=OTHER)
    for record in (source, target):
        record.open(OPENS_AT, TIMER)

    source.merge_into(target, INSURER)

    assert target.former_ins == [waiting]
    assert target.ins == Ins(INS["value"], INS_NIR_TEST)


def test_a_number_that_it_lost_and_has_again_moves_once(world: World) -> None:
    """
    An INS that INSi gave for somebody else, and took back: each number finds the target.
    """
    source, target = announce(world), announce(world, ins=None)
    world.pass_time(SIX_WEEKS)
    people = people_of_registry()
    for person, ins in (("DE VINCI/63220", OTHER_INS), ("PAT-TROIS/51215", INS)):
        given = {name: people[person][name] for name in TRAITS}
        changed = {**about(source), "ins": ins, "traits": given}
        world.identity.change_ins(ChangeIns.model_validate(changed), INSURER)

    assert merge(world, source, target).moved == {"ins": 2}
    assert [found_by(world, ins) for ins in (INS, OTHER_INS)] == [target, target]


@pytest.mark.parametrize("lose", [refuse, doubt])
def test_a_number_that_proves_nothing_here_proves_nothing_there(
    lose: Callable[[Record], None],
) -> None:
    """
    INSi refused it, or somebody doubts whose it is: the same traits do not heal that.
    """
    source, target = announce_one(), announce_one(None, record_id=OTHER)
    for record in (source, target):
        record.open(OPENS_AT, TIMER)
    lose(source)
    assert source.ins, "it is kept, and proves nothing"

    source.merge_into(target, INSURER)

    assert target.ins == source.ins
    assert target.identity_status == "PROV"


@pytest.mark.parametrize("doubted", [True, False], ids=["doubted", "not doubted"])
def test_a_merge_that_proves_who_it_is_says_so(*, doubted: bool) -> None:
    """
    The target's document was checked, the source has the number that INSi gave for these very
    traits: who feeds documents waits to be told. Where it is doubted whose the target is, a
    number proves nothing.
    """
    source, target = announce_one(), announce_one(None, PASSPORT, record_id=OTHER)
    for record in (source, target):
        record.open(OPENS_AT, TIMER)
    if doubted:
        target.set_attribute(Attribute.DOUBTFUL, on=True, by=INSURER)
    new_facts(target)

    source.merge_into(target, INSURER)

    told = [topic for topic, _ in new_facts(target)]
    assert target.ins == source.ins
    assert target.identity_status == ("PROV" if doubted else "QUAL")
    assert ("identity.identity_qualified" in told) is not doubted


def test_only_what_was_merged_follows_into_an_erasure() -> None:
    """
    A record of its own is erased when it is asked for, never because another one is.
    """
    record = announce_one()
    record.open(OPENS_AT, TIMER)
    with pytest.raises(NotInThatState):
        record.follow_into_erasure(INSURER)
    assert record.status is Status.OPEN


def test_an_erasure_takes_what_was_merged_with_it(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    The same person's: nothing of the source may outlive the target.
    """
    source, target = pair
    merge(world, source, target)
    world.identity.close_record(
        Close(request_id=uuid4(), record_id=target, motive="person_request"), patient(target)
    )
    world.identity.request_erasure(
        RequestErasure(request_id=uuid4(), record_id=target), patient(target)
    )
    world.pass_time(timedelta(days=60))

    for record_id in pair:
        with pytest.raises(UnknownRecord):
            seen(world, record_id)
    assert world.topics().count("record_erased") == 2
    assert world.candidates.count() == 0
    assert announce(world)
