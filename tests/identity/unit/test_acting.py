"""Who acts on a record in a person's place, and in secret."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application import Identity
from services.identity.contract import CONTRACT
from services.identity.contract import announcing as a
from services.identity.contract import ending as e
from services.identity.contract import legacy as former_dmp
from services.identity.contract import living as c
from services.identity.contract.reading import GetIdentity
from services.identity.domain.errors import UnknownRecord
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.secrecy import SeenByRepresentatives
from tests.identity.lives import CHILD, about, announce, opened
from tests.identity.people import INSURER, VAULT, patient
from tests.identity.world import AccessSeen, World

Act = Callable[[Identity, UUID, Actor], Any]

ACTS: Mapping[str, Act] = {
    "oppose": lambda i, r, by: i.oppose(a.Oppose(**about(r), channel="online"), by),
    "withdraw_opposition": lambda i, r, by: i.withdraw_opposition(
        a.WithdrawOpposition(**about(r)), by
    ),
    "oppose_legacy_dmp": lambda i, r, by: i.oppose_legacy_dmp(
        former_dmp.OpposeLegacyDmp(**about(r), channel="online"), by
    ),
    "activate": lambda i, r, by: i.activate(c.Activate(**about(r), activation_code="A"), by),
    "update_contact": lambda i, r, by: i.update_contact(
        c.UpdateContact(**about(r), contact={"email": "ours@example.org"}), by
    ),
    "close": lambda i, r, by: i.close_record(
        c.Close(**about(r), motive="representative_request"), by
    ),
    "reopen": lambda i, r, by: i.reopen(c.Reopen(**about(r)), by),
    "request_erasure": lambda i, r, by: i.request_erasure(e.RequestErasure(**about(r)), by),
    "cancel_erasure": lambda i, r, by: i.cancel_erasure(e.CancelErasure(**about(r)), by),
}


def parent_of(record_id: UUID) -> Actor:
    return Actor(kind=ActorKind.REPRESENTATIVE, id=str(uuid4()), record_id=record_id)


def test_these_are_all_that_people_change() -> None:
    """A method that is added for them is tried here too, or this fails."""
    people = {
        method.name
        for method in CONTRACT.methods
        if method.is_command and ActorKind.REPRESENTATIVE in method.callers
    }
    assert people == ACTS.keys()


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_who_represents_a_person_no_more_changes_nothing_of_their_record(
    world: World, access: AccessSeen, act: Act
) -> None:
    """
    Code civil 373, 378-1: a judge's order holds at once, whatever a token still says; refused as
    for a record that does not exist.
    """
    child = announce(world, traits=CHILD, ins=None)
    former = parent_of(child)
    access.strangers.add(former.id)
    before = world.topics()

    with pytest.raises(UnknownRecord):
        act(world.identity, child, former)
    assert world.topics() == before


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_a_secret_session_changes_nothing_that_parents_see(world: World, act: Act) -> None:
    """
    CSP L1111-5, R1111-50: state and contact of a record are what its representatives read.
    """
    child = announce(world, traits=CHILD, ins=None)
    before = world.topics()

    with pytest.raises(SeenByRepresentatives):
        act(world.identity, child, patient(child, secret=True))
    assert world.topics() == before


def test_who_represents_a_person_acts(world: World) -> None:
    """
    Else the refusals above would say nothing.
    """
    child = opened(world, traits=CHILD, ins=None)
    ACTS["update_contact"](world.identity, child, parent_of(child))
    ACTS["close"](world.identity, child, parent_of(child))
    assert world.topics()[-2:] == ["contact_updated", "record_closed"]


def test_who_represents_a_person_no_more_does_not_read_where_they_are_reached(
    world: World, access: AccessSeen
) -> None:
    """
    The contact is the other parent's. A service that carries the question is told all the same:
    it has asked access itself.
    """
    child = announce(world, traits=CHILD, ins=None)
    former = parent_of(child)
    access.strangers.add(former.id)

    with pytest.raises(UnknownRecord):
        world.identity.get_identity(GetIdentity(record_id=child), former)
    carried = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=former)
    for by in (INSURER, VAULT, carried, parent_of(child)):
        assert world.identity.get_identity(GetIdentity(record_id=child), by).record_id == child
