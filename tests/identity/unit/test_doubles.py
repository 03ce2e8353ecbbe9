"""Candidates, merges confirmed by someone else, and splits that give everything back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.contract.announcing import Oppose
from services.identity.contract.doubles import (
    ConfirmMerge,
    FindCandidates,
    ProposeMerge,
    RecordsMerged,
    Split,
)
from services.identity.contract.ending import RequestErasure
from services.identity.contract.living import Close, UpdateContact
from services.identity.contract.proving import ValidateIdentity, VerifyIns
from services.identity.contract.reading import GetIdentity, Resolve
from services.identity.contract.reading import Identity as Seen
from services.identity.domain.errors import (
    CannotMerge,
    MergeNotInThatState,
    RecordMerged,
    SameStaff,
    UnknownRecord,
)
from services.identity.domain.identity_status import IdentityDocument
from services.identity.domain.record import Record
from services.identity.domain.states import Status
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict
from shared.kernel.ins import INS_NIA, INS_NIR_TEST, Ins
from tests.identity.people import (
    INS,
    INSURER,
    NOW,
    OTHER_INS,
    TIMER,
    TRAITS,
    VAULT,
    announcement,
    patient,
    traits,
)
from tests.identity.unit.test_record import OPENS_AT
from tests.identity.unit.test_record import announce as announce_one
from tests.identity.unit.test_whose import confirm, retrieve, validate
from tests.identity.world import World

COLLEAGUE = Actor(kind=ActorKind.OPERATOR, id="vigilance-2")
SIX_WEEKS = timedelta(days=42)
OTHER = UUID("0190a000-0000-7000-8000-000000000009")


def announce(world: World, **changes: Any) -> UUID:
    return world.identity.announce_record(announcement(**changes), INSURER).record_id


@pytest.fixture
def pair(world: World) -> tuple[UUID, UUID]:
    """Source with an INS, target without: open records of one person, told apart by a typo."""
    source = announce(world)
    target = announce(world, traits=TRAITS | {"birth_name": "PAT-TROIX"}, ins=None)
    world.pass_time(SIX_WEEKS)
    return source, target


def merge(world: World, source: UUID, target: UUID) -> RecordsMerged:
    return world.identity.confirm_merge(
        ConfirmMerge(request_id=uuid4(), merge_id=propose(world, source, target)), COLLEAGUE
    )


def propose(world: World, source: UUID, target: UUID) -> UUID:
    proposed = world.identity.propose_merge(
        ProposeMerge(request_id=uuid4(), source=source, target=target, reason="same_traits"),
        INSURER,
    )
    return proposed.merge_id


def seen(world: World, record_id: UUID) -> Seen:
    return world.identity.get_identity(GetIdentity(record_id=record_id), INSURER)


def found_by(world: World, ins: dict[str, str]) -> UUID | None:
    return world.identity.resolve(Resolve(ins=ins), VAULT).record_id


def find(world: World, **changes: str) -> list[tuple[UUID, int]]:
    wanted = {"birth_date": "1979-03-28", "birth_name": "Pat Trois", "given_names": "Dominique"}
    request = FindCandidates.model_validate({"traits": wanted | changes})
    return [(c.record_id, c.score) for c in world.identity.find_candidates(request, INSURER).items]


def test_candidates_come_likeliest_first(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    The one whose name fits, then the typo; nobody of another name, nobody of another day.
    """
    announce(world, traits=TRAITS | {"birth_name": "DURAND"} | named("CLAIRE"), ins=None)
    announce(world, traits=TRAITS | {"birth_date": "1979-03-29"}, ins=None)
    world.read()

    found = find(world)

    assert [record_id for record_id, _ in found] == list(pair)
    assert found[0][1] > found[1][1]


def named(name: str) -> dict[str, str]:
    return {"birth_given_names": name, "first_given_name": name}


def test_day_and_month_swapped_are_found(world: World) -> None:
    """
    The mistake of whoever reads dates the other way round.
    """
    record_id = announce(world, traits=TRAITS | {"birth_date": "1979-03-02"}, ins=None)
    world.read()

    assert [r for r, _ in find(world, birth_date="1979-02-03")] == [record_id]


def test_each_search_is_traced_without_what_was_sought(world: World) -> None:
    """
    Staff who look people up are in the log, and in the journal of each person they were shown.
    """
    shown = announce(world, ins=None)
    world.read()
    find(world)

    search, read = world.identity.read(world.identity.head().position - 2, 2)
    assert search.topic == "identity.candidates_sought"
    assert vars(search.event)["found"] == 1
    assert "TROIS" not in str(vars(search.event)).upper()
    assert (read.topic, read.record_id) == ("identity.identity_read", shown)


def test_no_birth_date_and_no_name_are_in_clear_in_the_read_model(world: World) -> None:
    """
    A stolen database says nothing of a person.
    """
    announce(world, ins=None)
    world.read()

    document = world.candidates.find(limit=1).items[0]

    assert not any(secret in str(document) for secret in ("1979", "03-28", "PAT-TROIS"))


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

    with pytest.raises(RecordMerged, match=str(target)):
        world.identity.validate_identity(
            ValidateIdentity(request_id=uuid4(), record_id=source, document_kind="CN"), INSURER
        )
    for act in (
        lambda: world.identity.update_contact(
            UpdateContact(request_id=uuid4(), record_id=source, contact={}), INSURER
        ),
        lambda: world.identity.close_record(
            Close(request_id=uuid4(), record_id=source, motive="person_request"), INSURER
        ),
        lambda: propose(world, source, target),
    ):
        with pytest.raises(Conflict):
            act()


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


KEPT = ("_version", "_modified_on", "_pending_events", "_created_on")


def state(record: Record) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in KEPT}


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
    before = state(source), state(target)
    before = tuple({k: _copied(v) for k, v in one.items()} for one in before)  # type: ignore[assignment]
    try:
        source.merge_into(target, INSURER)
    except CannotMerge:
        assert (state(source), state(target)) == before
        return

    source.split_from(target, INSURER)

    assert (state(source), state(target)) == before


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, list | set | dict) else value


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
