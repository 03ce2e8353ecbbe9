"""One decision decided again by its place in the log, as an auditor's sample is."""

from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.application import redecide_all
from services.access.domain.rights import Rights
from shared.crypto.keys import KeyUnavailable
from shared.kernel.errors import Forbidden
from tests.access.support.logs import World
from tests.access.support.people import AUDITOR, DENTIST, DOCTOR, RECORD

NOT_THERE = ["no decision is stored there"]


def test_one_is_decided_again_as_among_all(world: World) -> None:
    """
    Whoever samples the log must find what reading the whole of it would.
    """
    world.treated_by(DOCTOR)
    world.decide(DOCTOR)
    world.decide(DENTIST)

    for again in redecide_all(world.app):
        assert world.app.redecide_at(again.decision_id, again.position) == again
        assert not again.differs


def test_an_auditor_asks_about_one_decision(world: World) -> None:
    """
    CONTRACT redecide(decision_id); an id that is none is refused as any other.
    """
    decided = world.decide(DOCTOR)

    answer = world.app.redecide(c.OfDecision(decision_id=decided.decision_id), AUDITOR)

    assert not answer.differs
    assert answer.position == decided.position
    with pytest.raises(Forbidden):
        world.app.redecide(c.OfDecision(decision_id=uuid4()), AUDITOR)


def test_a_place_that_holds_no_such_decision_is_a_finding(world: World) -> None:
    """
    Another decision, another event, or nothing at all: a journal that names it was forged.
    """
    first, second = world.decide(DOCTOR), world.decide(DENTIST)
    rights = Rights.id_of(world.app.secret, RECORD)
    opened = world.app.guarded.position_of(rights, 1)

    for decision, position in (
        (first.decision_id, second.position),
        (uuid4(), first.position),
        (first.decision_id, second.position + 1),
        (rights, opened),
    ):
        again = world.app.redecide_at(decision, position)
        assert (again.decision_id, again.position) == (decision, position)
        assert list(again.why) == NOT_THERE
        assert again.differs


def test_an_erased_one_is_no_finding_and_one_out_of_reach_is_no_answer(world: World) -> None:
    """
    Erasure is the person's right; a keyring that is down proves nothing.
    """
    one = world.decide(DOCTOR)
    readable = world.keys.exact

    def out_of_reach(*_: object) -> None:
        raise KeyUnavailable

    world.keys.exact = out_of_reach  # type: ignore[method-assign,assignment]  # the keyring is down
    with pytest.raises(KeyUnavailable):
        world.app.redecide_at(one.decision_id, one.position)
    world.keys.exact = readable  # type: ignore[method-assign]  # and is back
    world.erase()

    again = world.app.redecide_at(one.decision_id, one.position)

    assert again.erased
    assert not again.differs
