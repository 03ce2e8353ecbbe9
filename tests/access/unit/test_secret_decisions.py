"""What a secret session let in, or shut out, is told to nobody it is kept from when it is used
(CSP L1111-5, R1111-50): a decision that rests on it says that it is there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain.errors import NotYours
from services.access.domain.redecision import Redecision
from services.access.messages import message_for
from shared.kernel.actor import Actor
from tests.access.support.logs import World, block, care_team, consent
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    SOFTWARE,
    through_vault,
)

Given = Callable[[World, bool], None]


def consented(world: World, secret: bool) -> None:
    world.app.declare_consent(consent(DOCTOR), replace(PATIENT, secret=secret))


def joined(world: World, secret: bool) -> None:
    world.app.join_care_team(care_team(NURSE.id), replace(SOFTWARE, secret=secret))


def blocked(world: World, secret: bool) -> None:
    world.app.block_professional(block(DENTIST), replace(PATIENT, secret=secret))


def explained(world: World, decision_id: UUID, reader: Actor) -> c.Explanation:
    return world.app.explain(c.OfDecision(decision_id=decision_id), reader)


def is_secret(world: World) -> bool:
    """Of the message about the last thing that was saved."""
    last = world.app.head().position
    (recorded,) = world.app.read(last - 1, 1)
    message = message_for(recorded.event)
    assert message
    return message.secret


@pytest.mark.parametrize("secret", [True, False], ids=["secret", "for all to see"])
@pytest.mark.parametrize(
    ("given", "who"),
    [(consented, DOCTOR), (joined, NURSE), (blocked, DENTIST)],
    ids=["consent", "care team", "block"],
)
def test_a_decision_is_as_secret_as_what_made_it(
    minor: World, given: Given, who: Actor, *, secret: bool
) -> None:
    """Whoever asks for it in a session for all to see: the journal would name the right."""
    given(minor, secret)

    decided = minor.decide(who)

    assert is_secret(minor) is secret
    assert decided.secret is secret
    if secret:
        with pytest.raises(NotYours):
            explained(minor, decided.decision_id, MOTHER)
    else:
        assert explained(minor, decided.decision_id, MOTHER).reason_fr == decided.reason_fr


def test_who_is_refused_by_a_secret_is_not_told_that_there_is_one(minor: World) -> None:
    """As of a record that does not exist; the person reads it."""
    blocked(minor, secret=True)

    decision = minor.decide(DENTIST).decision_id

    assert "secret" not in explained(minor, decision, DENTIST).actor
    assert explained(minor, decision, PATIENT).actor["secret"] is True


def test_a_list_is_as_secret_as_what_opened_it(minor: World) -> None:
    """Its line, and how much of it was shown."""
    consented(minor, secret=True)
    request = c.DecideMany.model_validate(
        {"record_id": RECORD, "action": "read", "attribute_tuples": [{"kind": "measure"}]}
    )

    assert minor.app.decide_many(request, through_vault(DOCTOR)).permits == [True]

    assert is_secret(minor)


def test_what_is_decided_alike_without_it_is_told(minor: World) -> None:
    """A secret consent that has ended, of a doctor who treats the child for all to see: it is in
    no fact that the mother reads, and in those that the child does."""
    consented(minor, secret=True)
    minor.treated_by(DOCTOR)
    minor.move(timedelta(hours=25))

    decided = minor.decide(DOCTOR)

    assert not is_secret(minor)
    told = {f.name for f in explained(minor, decided.decision_id, MOTHER).facts}
    assert told == {"record_status", "mode", "roles", "majority_at"}
    assert {f.name for f in explained(minor, decided.decision_id, PATIENT).facts} - told == {
        "consent"
    }


def test_it_is_decided_again_all_the_same(minor: World) -> None:
    """That it is told in secret changes nothing of who asked."""
    session = minor.app.break_glass(
        c.BreakGlass(request_id=uuid4(), record_id=RECORD, reason="fallen", unable_to_consent=True),
        replace(DOCTOR, secret=True),
    ).session
    assert minor.decide(DOCTOR, mode="break_glass", session=str(session)).permit
    assert is_secret(minor)

    again: list[Redecision] = list(minor.app.redecide_all())

    assert [one.differs for one in again] == [False]
