"""Proposals that wait for another person, and the account of what became of each."""

from uuid import UUID, uuid4

import pytest

from services.identity.contract.doubles import (
    ConfirmMerge,
    ListMerges,
    MergeSeen,
    ProposeMerge,
    RejectMerge,
    Split,
)
from services.identity.domain.errors import MergeNotInThatState
from services.identity.domain.merge import MergeState
from shared.rpc.contract import Listing
from tests.identity.lives import DAY, announce, seen
from tests.identity.merging import COLLEAGUE
from tests.identity.people import INSURER, NOW
from tests.identity.world import AccessSeen, World


def propose(world: World) -> UUID:
    source, target = announce(world), announce(world, ins=None)
    asked = ProposeMerge(request_id=uuid4(), source=source, target=target, reason="same_traits")
    return world.identity.propose_merge(asked, INSURER).merge_id


def listed(world: World, state: MergeState, **asked: object) -> Listing[MergeSeen]:
    world.read()
    return world.identity.merges(ListMerges.model_validate({"state": state} | asked), COLLEAGUE)


def test_a_proposal_is_found_until_somebody_decides(world: World) -> None:
    """
    Who confirms need not have been told by who proposed; afterwards the account stays.
    """
    merge_id = propose(world)
    (proposed,) = listed(world, MergeState.PROPOSED).items
    assert (proposed.merge_id, proposed.proposed.id, proposed.confirmed) == (merge_id, "cnam", None)

    world.clock.move(DAY)
    world.identity.confirm_merge(ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)
    world.clock.move(DAY)
    world.identity.split(Split(request_id=uuid4(), merge_id=merge_id), INSURER)

    assert listed(world, MergeState.PROPOSED).items == []
    (account,) = listed(world, MergeState.SPLIT).items
    steps = (account.proposed, account.confirmed, account.split)
    assert [(s.id, s.at) for s in steps if s] == [
        ("cnam", NOW),
        ("vigilance-2", NOW + DAY),
        ("cnam", NOW + 2 * DAY),
    ]
    assert account.moved == {"ins": 1}


def test_a_rejected_proposal_touches_no_record(world: World) -> None:
    """
    It is not confirmed any more, and the two may be proposed again.
    """
    merge_id = propose(world)
    world.identity.reject_merge(RejectMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)

    (rejected,) = listed(world, MergeState.REJECTED).items
    assert rejected.rejected
    assert rejected.rejected.id == "vigilance-2"
    with pytest.raises(MergeNotInThatState):
        world.identity.confirm_merge(ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE)
    assert {seen(world, r).status for r in (rejected.source, rejected.target)} == {"announced"}
    again = ProposeMerge(
        request_id=uuid4(), source=rejected.source, target=rejected.target, reason="same_traits"
    )
    assert world.identity.propose_merge(again, INSURER).merge_id != merge_id


def test_a_merge_is_answered_when_access_has_applied_it(world: World, access: AccessSeen) -> None:
    """
    From the answer on whoever was shut out of either record is shut out of both.
    """
    merge_id = propose(world)

    merged = world.identity.confirm_merge(
        ConfirmMerge(request_id=uuid4(), merge_id=merge_id), COLLEAGUE
    )

    assert access.waited == [(merged.target, merged.position)]


def test_proposals_come_in_pages(world: World) -> None:
    """
    Each once, and how many there are in all.
    """
    first = announce(world)
    ids = set()
    for _ in range(3):
        asked = ProposeMerge(
            request_id=uuid4(), source=announce(world, ins=None), target=first, reason="same_ins"
        )
        ids.add(world.identity.propose_merge(asked, INSURER).merge_id)

    page = listed(world, MergeState.PROPOSED, limit=2)
    rest = listed(world, MergeState.PROPOSED, limit=2, cursor=page.next_cursor)

    assert (page.total, len(page.items), rest.next_cursor) == (3, 2, None)
    assert {one.merge_id for one in (*page.items, *rest.items)} == ids
