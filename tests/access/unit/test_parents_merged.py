"""A parent whose own record was merged into another is the same person: with the same children, and
with what a judge said of them."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.application import redecide_all
from services.access.domain.rights import Rights
from services.access.messages import message_for
from services.access.messages.delegation import RepresentationSuspended
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.stores.outcome import Outcome
from tests.access.support.delegating import MAJORITY, answer, ending, invitation, known, own
from tests.access.support.logs import World, of
from tests.access.support.people import (
    APPLICATION,
    DOCTOR,
    MOTHER,
    OPERATOR,
    OTHER_RECORD,
    PARENT,
    RECORD,
    STRANGER,
)

ANEW = UUID("0190a000-0000-7000-8000-000000000004")
"""The other record of the mother, which lives on."""
THIRD = UUID("0190a000-0000-7000-8000-000000000005")
MOTHER_ANEW = Actor(kind=ActorKind.REPRESENTATIVE, id=str(ANEW), record_id=RECORD)
FATHER = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER_RECORD), record_id=RECORD)
SUSPENDED = ["representation_suspended"]


@pytest.fixture
def family(world: World) -> World:
    """A child of the mother, whose own record is a double; a father."""
    announce(world, PARENT)
    for record, ins in ((PARENT, "280"), (ANEW, "281"), (THIRD, "282"), (OTHER_RECORD, "180")):
        known(world, record, ins)
    return world


def announce(world: World, *parents: UUID, child: UUID = RECORD) -> None:
    world.hear(
        "record_announced", child, representatives=[str(p) for p in parents], majority_at=MAJORITY
    )
    world.hear("record_activated", child)


def merge(world: World, source: UUID = PARENT, target: UUID = ANEW) -> None:
    world.hear("records_merged", target, source=str(source), merge_id=str(source))


def split(world: World, source: UUID = PARENT, target: UUID = ANEW) -> None:
    world.hear("records_split", target, source=str(source), merge_id=str(source))


def suspend(world: World, parent: UUID, *, on: bool = True) -> None:
    order = c.SuspendRepresentation(
        request_id=uuid4(), record_id=RECORD, representative=parent, court_order="TJ 1", on=on
    )
    world.app.suspend_representation(order, OPERATOR)


def told_of_suspensions(world: World) -> list[tuple[UUID, bool]]:
    """Who writes to parents knows them by the records they were announced with."""
    told = [message_for(row.event) for row in world.app.read(0, 1_000)]
    return [(m.representative, m.on) for m in told if isinstance(m, RepresentationSuspended)]


def people(rights: Rights) -> dict[str, Any]:
    return {
        "representatives": sorted(rights.representatives),
        "delegates": [d["delegate"] for d in rights.delegations.values()],
        "suspended": rights.suspended,
        "acts_under": rights.acts_under,
    }


def test_a_parent_acts_under_the_record_that_lives(family: World) -> None:
    """
    In decisions and in commands, as before the merge; the child's record names them so.
    """
    assert not family.decide(MOTHER_ANEW).permit

    merge(family)

    assert family.decide(MOTHER_ANEW).reasons == ["legal_representative"]
    assert family.decide(MOTHER).permit
    family.app.name_treating_doctor(of(DOCTOR), MOTHER_ANEW)
    assert family.app.rights(c.OfRecord(record_id=RECORD), MOTHER_ANEW).representatives == [ANEW]
    assert not any(r.differs for r in redecide_all(family.app))


def test_a_command_alone_brings_it_up_to_date(family: World) -> None:
    """
    No decision comes before what identity or a person asks of access itself.
    """
    merge(family)

    assert family.app.rights(c.OfRecord(record_id=RECORD), MOTHER_ANEW).status == "activated"
    family.app.invite_representative(invitation(ins="180"), MOTHER_ANEW)

    assert family.rights().representatives == [str(ANEW)]


def test_what_was_decided_is_explained_to_the_parent_by_either_record(family: World) -> None:
    """
    Also before they, or anybody, have acted since the merge.
    """
    refused = c.OfDecision(decision_id=family.decide(DOCTOR).decision_id)
    merge(family)

    assert family.app.explain(refused, MOTHER_ANEW).reason_fr
    split(family)
    with pytest.raises(Forbidden):
        family.app.explain(refused, MOTHER_ANEW)


def test_a_split_parts_them_again_at_once(family: World) -> None:
    """
    Two people after all: the other never was a parent of this child.
    """
    before = people(family.rights())
    merge(family)
    assert family.decide(MOTHER_ANEW).permit

    split(family)

    assert not family.decide(MOTHER_ANEW).permit
    assert family.decide(MOTHER).permit
    with pytest.raises(Forbidden):
        family.app.rights(c.OfRecord(record_id=RECORD), MOTHER_ANEW)
    assert people(family.rights()) == before
    assert not any(r.differs for r in redecide_all(family.app))


def test_a_split_counts_for_the_parent_before_the_other_asks(family: World) -> None:
    """
    Who was named before the merge is let in by their own record, whoever asks first.
    """
    merge(family)
    assert family.decide(MOTHER_ANEW).permit
    split(family)

    assert family.decide(MOTHER).permit
    assert family.rights().representatives == [str(PARENT)]


def test_a_decision_beside_a_split_is_taken_again(family: World) -> None:
    """
    On another replica, between the look at the parent's record and the save.
    """
    merge(family)
    assert family.decide(MOTHER_ANEW).permit
    commit = family.app.commit
    raced: list[bool] = []

    def split_first(outcome: Outcome[Any]) -> int:
        if not raced:
            raced.append(True)
            family.app.commit = commit  # type: ignore[method-assign]  # for what the follower saves
            split(family)
            family.app.commit = split_first  # type: ignore[method-assign,assignment]  # as it was
        return commit(outcome)

    family.app.commit = split_first  # type: ignore[method-assign,assignment]  # the race, made certain

    assert not family.decide(MOTHER_ANEW).permit
    assert raced


@pytest.mark.parametrize("both", [False, True], ids=["one named", "both named"])
def test_whom_a_judge_suspended_stays_so_under_the_other_record(family: World, both: bool) -> None:
    """
    The order is about a person, not about a number of theirs; and it ends for both.
    """
    if both:
        announce(family, PARENT, ANEW)
    suspend(family, PARENT)

    merge(family)

    assert family.decide(MOTHER_ANEW).reasons == SUSPENDED
    assert family.decide(MOTHER).reasons == SUSPENDED
    suspend(family, ANEW, on=False)
    assert family.decide(MOTHER_ANEW).permit
    split(family)
    assert family.decide(MOTHER).permit
    assert family.decide(MOTHER_ANEW).permit is both


def test_a_judge_names_a_parent_by_the_record_that_lives(family: World) -> None:
    """
    Although the child's record names the former one, and nobody has asked since; after a split the
    one who was named is the one who is suspended.
    """
    merge(family)

    suspend(family, ANEW)

    assert family.decide(MOTHER_ANEW).reasons == SUSPENDED
    assert told_of_suspensions(family) == [(ANEW, True), (PARENT, True)]
    split(family)
    assert family.decide(MOTHER).reasons == SUSPENDED
    assert not family.decide(MOTHER_ANEW).permit


@pytest.mark.parametrize("named", [(PARENT,), (PARENT, ANEW), (PARENT, THIRD), (ANEW, THIRD)])
@pytest.mark.parametrize("suspended", [None, PARENT, ANEW])
@pytest.mark.parametrize("order", [*permutations((PARENT, THIRD))])
def test_merges_and_splits_in_any_order_leave_all_as_it_was(
    family: World, named: tuple[UUID, ...], suspended: UUID | None, order: tuple[UUID, ...]
) -> None:
    """
    Of a parent announced under one, two or three records; nobody keeps what only a merge gave.
    """
    announce(family, *named)
    if suspended in named:
        suspend(family, suspended)
    before = people(family.rights())
    merge(family, PARENT)
    family.decide(MOTHER_ANEW)
    merge(family, THIRD)
    said = family.decide(MOTHER_ANEW).reasons
    assert said == (SUSPENDED if suspended in named else ["legal_representative"])

    for source in order:
        split(family, source)
        family.decide(MOTHER_ANEW)

    assert people(family.rights()) == before
    assert not any(r.differs for r in redecide_all(family.app))


def test_a_second_representative_acts_on_and_ends_it_under_the_other_record(family: World) -> None:
    """
    And is not invited beside themselves; what they held for the child ends with it.
    """
    sent = family.app.invite_representative(invitation(ins="180"), MOTHER)
    family.app.answer_invitation(answer(sent, OTHER_RECORD), STRANGER)
    father_anew = Actor(kind=ActorKind.REPRESENTATIVE, id=str(THIRD), record_id=RECORD)

    merge(family, OTHER_RECORD, THIRD)

    assert family.decide(father_anew).permit
    family.app.end_delegation(ending(sent.invitation), father_anew)
    assert not family.decide(father_anew).permit
    assert not family.decide(FATHER).permit
    split(family, OTHER_RECORD, THIRD)
    asked = c.OfRecord(record_id=OTHER_RECORD)
    assert not family.app.my_delegations(asked, own(OTHER_RECORD)).delegations


def test_a_child_merged_keeps_off_whom_a_judge_suspended_under_another_record(
    family: World,
) -> None:
    """
    Suspended on the child's one record, named on its other by another record of theirs: whichever
    merge comes first.
    """
    child = UUID(int=91)
    announce(family, ANEW, child=child)
    suspend(family, PARENT)
    mother = Actor(kind=ActorKind.REPRESENTATIVE, id=str(ANEW), record_id=child)
    assert family.decide(mother, record_id=child).permit

    merge(family, RECORD, child)
    merge(family, PARENT, ANEW)

    assert family.decide(mother, record_id=child).reasons == SUSPENDED


def test_what_a_parent_allowed_a_service_lasts_as_long_as_they_act(family: World) -> None:
    """
    A service sees at most what its authoriser sees, by whichever record they allowed it.
    """
    allowed = [{"scope": "measure", "action": "feed", "categories": ["WEIGHT"]}]

    def grant(by: UUID) -> None:
        family.hear(
            "authorisation_granted",
            says="catalogue",
            authorisation_id=str(by),
            client_id=APPLICATION.id,
            allowed=allowed,
            authoriser={"kind": "representative", "id": str(by)},
        )

    def feeds() -> bool:
        weight: dict[str, Any] = {"kind": "measure", "type": "WEIGHT", "class": None}
        return family.decide(APPLICATION, action="feed", resource=weight).permit

    grant(PARENT)
    merge(family)
    assert feeds()
    assert family.decide(MOTHER_ANEW).permit
    assert feeds()
    split(family)
    assert feeds()
    suspend(family, PARENT)
    assert not feeds()


def test_at_majority_neither_record_acts(family: World) -> None:
    """
    Whatever was merged before.
    """
    merge(family)
    assert family.decide(MOTHER_ANEW).permit

    family.hear("majority_reached")

    assert not family.decide(MOTHER_ANEW).permit
    assert not family.decide(MOTHER).permit
    split(family)
    assert not family.decide(MOTHER).permit


def test_a_stranger_s_question_takes_as_long_where_nobody_acts_for_anybody(
    family: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whose own records are read to say so must not tell that there is a child, with parents.
    """
    app = family.app
    read: list[UUID] = []
    readable = app.readable

    def noting(record_id: UUID) -> Rights | None:
        read.append(record_id)
        return readable(record_id)

    monkeypatch.setattr(app, "readable", noting)
    for child in (RECORD, uuid4()):
        asked = c.Decide(record_id=child, action="read", resource=c.Resource(kind="document"))
        stranger = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER_RECORD), record_id=child)
        assert not app.decide(asked, stranger).permit

    assert read == [OTHER_RECORD, OTHER_RECORD]
