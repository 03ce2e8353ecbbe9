"""How long the very bytes of a document that waits for its announcement wait, put in by others: to
the end of the month that began with the first (CSP R.1111-53, ADR 31)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.vault.domain.document import Document
from shared.kernel.actor import Actor
from tests.vault.cda import PDF, TEXT
from tests.vault.world import DOCTOR, HOSPITAL, METADATA, OTHER_HOSPITAL, RECORD, World

HIDDEN = ["INVISIBLE_PATIENT"]
THEIRS: dict[str, Any] = METADATA | {
    "author": DOCTOR.id,
    "institution": None,
    "confidentiality": [],
}


def put_in(world: World, by: Actor, content: bytes = PDF, **how: Any) -> UUID:
    given = {"record_id": str(RECORD), "metadata": THEIRS, **how}
    return world.deposit(content, by=by, **given).document_id


def waits(world: World, document_id: UUID) -> bool:
    """The timers sweep; is it still hidden from the person?"""
    world.project()
    world.vault.open_hidden()
    found = world.vault.get(document_id, Document)
    assert found
    return "INVISIBLE_PATIENT" in found.confidentiality


def test_a_new_version_of_what_is_covered_buys_no_time(world: World) -> None:
    """It opens with the first, of which its depositor knows nothing."""
    put_in(world, HOSPITAL, confidentiality=HIDDEN)
    world.clock.move(timedelta(days=5))
    covered = put_in(world, OTHER_HOSPITAL)
    world.clock.move(timedelta(days=5))
    later = put_in(world, OTHER_HOSPITAL, TEXT, replaces=str(covered))

    world.clock.move(timedelta(days=19))
    assert waits(world, later)
    world.clock.move(timedelta(days=2))
    assert not waits(world, later)


def test_of_several_the_first_counts(world: World) -> None:
    """One hidden by its own depositor ten days later gives no more time to a third."""
    put_in(world, HOSPITAL, confidentiality=HIDDEN)
    world.clock.move(timedelta(days=10))
    put_in(world, OTHER_HOSPITAL, confidentiality=HIDDEN)
    world.clock.move(timedelta(days=10))
    third = put_in(world, Actor(kind=HOSPITAL.kind, id="1330780081"))

    assert len(world.events()) == 3
    assert waits(world, third)
    world.clock.move(timedelta(days=11))
    assert not waits(world, third)


def test_who_hides_it_themselves_has_a_month_of_their_own(world: World) -> None:
    """As they expect: an earlier opening would tell them that it was there before."""
    put_in(world, HOSPITAL, confidentiality=HIDDEN)
    world.clock.move(timedelta(days=20))
    covered = put_in(world, OTHER_HOSPITAL)
    own = put_in(
        world, OTHER_HOSPITAL, TEXT, replaces=str(covered), confidentiality=HIDDEN
    )  # 11 December

    world.clock.move(timedelta(days=30))
    assert waits(world, own)
    world.clock.move(timedelta(days=2))
    assert not waits(world, own)
