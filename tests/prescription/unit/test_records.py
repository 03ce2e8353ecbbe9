"""When identity says something of a record: merged, split, erased."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.prescription import contract as c
from services.prescription.policies import POLICIES
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Unavailable
from tests.prescription.world import OPERATOR, RECORD, World, given
from tests.support.published import published

TARGET = UUID("0190a000-0000-7000-8000-0000000000ff")
PERSON = Actor(kind=ActorKind.PATIENT, id=str(TARGET), record_id=TARGET)


def hears(world: World, name: str, record: UUID, **data: Any) -> None:
    received = Received(
        publisher="identity", type=f"identity.{name}", version=1, key="k", epoch="e", position=1,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC), record=record,
        data=published(f"identity.{name}", record_id=str(record), **data),
    )  # fmt: skip
    outcome = POLICIES[f"identity.{name}"](world.app, received)
    assert outcome
    world.app.commit(outcome)


def numbers(world: World, record_id: UUID) -> list[str]:
    world.project()
    found = world.app.prescriptions(c.Prescriptions(record_id=record_id), PERSON)
    return [item.number for item in found.items]


def test_merged_it_is_served_under_the_target_until_split(world: World) -> None:
    """By the rights in the target's record, asked there."""
    number = world.issue().number
    world.access.open(TARGET)
    assert numbers(world, TARGET) == []

    hears(world, "records_merged", TARGET, source=str(RECORD), merge_id=str(uuid4()))
    world.access.close(RECORD)
    assert numbers(world, TARGET) == [number]
    assert world.app.history(c.History(number=number), PERSON).prescription.number == number
    world.dispense(number, given(1))

    hears(world, "records_split", TARGET, source=str(RECORD), merge_id=str(uuid4()))
    world.access.reopen(RECORD)
    assert numbers(world, TARGET) == []


def test_erased_nothing_stays_beside_the_log(world: World) -> None:
    """Neither what is under way nor which document was whose."""
    number = world.issue().number
    document_id = world.of(number).document_id
    world.vault.refusal = Unavailable()
    world.dispense(number, given(1))
    assert document_id

    hears(world, "record_erased", RECORD)

    assert world.app.pending.of_document(document_id) is None
    assert world.app.unfinished(c.Unfinished(), OPERATOR).receipts == []
