"""What waits for its end or for somebody's judgement, and waits no longer than it must."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.projections.waiting import Kind
from shared.eventing.purging import Purge
from shared.stores.event_log import NOTHING
from tests.access.support.judging import HOUR, MOMENT
from tests.access.support.logs import World, block, consent
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    NURSE,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REVIEWER,
    STRANGER,
)

Act = Callable[[World], object]


def due(world: World, kind: Kind) -> list[UUID]:
    """The records of what has come to its date."""
    world.project()
    return [record for record, _ in world.waiting.due(kind, world.clock.now())]


def queued(world: World, record_id: UUID | None = None) -> list[tuple[UUID, str]]:
    world.project()
    asked = world.waiting.queue("opposition", record_id=record_id, limit=10, after=None)
    assert asked.total == len(asked.items)
    return asked.items


def withdraw(world: World) -> object:
    request = c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=NURSE.id)
    return world.app.withdraw_consent(request, PATIENT)


def expire(world: World) -> None:
    world.project()
    world.app.expire_due_consents(world.waiting.due(Kind.CONSENT, world.clock.now()))


def test_a_consent_waits_until_the_instant_of_its_end(world: World) -> None:
    """
    Said to have ended a moment early it would be a consent cut short.
    """
    world.app.declare_consent(consent(NURSE, valid_until=world.clock.now() + HOUR), PATIENT)
    world.move(HOUR - MOMENT)
    assert due(world, Kind.CONSENT) == []
    world.move(MOMENT)
    assert due(world, Kind.CONSENT) == [RECORD]
    assert due(world, Kind.REVIEW) == []


@pytest.mark.parametrize(
    "act",
    [
        withdraw,
        expire,
        lambda world: world.app.block_professional(block(NURSE), PATIENT),
    ],
    ids=["withdrawn", "expired", "blocked"],
)
def test_a_consent_that_has_ended_waits_no_more(world: World, act: Act) -> None:
    """
    And no other goes with it.
    """
    kept = consent(DENTIST, valid_until=world.clock.now() + 2 * HOUR)
    world.app.declare_consent(kept, PATIENT)
    world.app.declare_consent(consent(NURSE, valid_until=world.clock.now() + HOUR), PATIENT)
    world.move(HOUR)
    assert due(world, Kind.CONSENT) == [RECORD]

    act(world)

    assert due(world, Kind.CONSENT) == []
    world.move(HOUR)
    assert due(world, Kind.CONSENT) == [RECORD]


def test_of_an_erased_record_nothing_waits(world: World) -> None:
    """
    Of all kinds, and of no other record.
    """
    world.open_record(OTHER_RECORD)
    world.app.declare_consent(consent(NURSE), PATIENT)
    oppose(world)
    oppose(world, record=OTHER_RECORD)
    assert len(queued(world)) == 2

    purge = Purge(purged=RECORD, by={"kind": "service", "id": "identity"})
    world.app.commit(replace(NOTHING, save=(purge,)))

    assert [record for record, _ in queued(world)] == [OTHER_RECORD]
    world.move(24 * HOUR)
    assert due(world, Kind.CONSENT) == []


def oppose(world: World, *, on: bool = True, record: UUID = RECORD) -> object:
    request = c.OpposeFeeding(
        request_id=uuid4(), record_id=record, legitimate_reason="a mistake",
        professional=DOCTOR.id, on=on,
    )  # fmt: skip
    return world.app.oppose_feeding(request, PATIENT if record == RECORD else STRANGER)


def judge(world: World, *, accepted: bool) -> object:
    request = c.JudgeOpposition(
        request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id, accepted=accepted, note="read"
    )
    return world.app.judge_opposition(request, REVIEWER)


@pytest.mark.parametrize(
    "act",
    [
        lambda world: oppose(world, on=False),
        lambda world: judge(world, accepted=True),
        lambda world: judge(world, accepted=False),
    ],
    ids=["lifted", "accepted", "refused"],
)
def test_an_opposition_waits_until_it_is_judged_or_lifted(world: World, act: Act) -> None:
    """
    CSP R1111-47: somebody must say whether the reason is legitimate; then it is off the table.
    """
    oppose(world)
    assert [record for record, _ in queued(world)] == [RECORD]
    act(world)
    assert queued(world) == []


def test_a_queue_is_of_one_record_or_of_all_and_of_one_kind(world: World) -> None:
    """
    Those that wait longest come first; a consent waits for nobody's judgement.
    """
    world.open_record(OTHER_RECORD)
    oppose(world, record=OTHER_RECORD)
    world.move(HOUR)
    oppose(world)
    world.app.declare_consent(consent(NURSE), PATIENT)

    assert [record for record, _ in queued(world)] == [OTHER_RECORD, RECORD]
    assert [record for record, _ in queued(world, RECORD)] == [RECORD]
