"""Steps in the life of a record, in a world whose clock is moved."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.contract.living import Activate, Close, NewActivationCode
from services.identity.contract.reading import Existence, GetIdentity, Resolve
from services.identity.contract.reading import Identity as Seen
from services.identity.domain.states import Status
from tests.identity.people import INS, INSURER, TRAITS, VAULT, announcement, patient
from tests.identity.world import World

DAY = timedelta(days=1)
SIX_WEEKS = 42 * DAY
TEN_YEARS = 3653 * DAY
"""A little more than ten years: two or three of them are leap years."""
CHILD = TRAITS | {"birth_date": "2016-03-28"}


def announce(world: World, **changes: Any) -> UUID:
    return world.identity.announce_record(announcement(**changes), INSURER).record_id


def opened(world: World, **changes: Any) -> UUID:
    record_id = announce(world, **changes)
    world.pass_time(SIX_WEEKS)
    assert seen(world, record_id).status is Status.OPEN
    return record_id


def seen(world: World, record_id: UUID) -> Seen:
    return world.identity.get_identity(GetIdentity(record_id=record_id), INSURER)


def about(record_id: UUID) -> dict[str, Any]:
    return {"request_id": uuid4(), "record_id": record_id}


def exists(world: World) -> Existence:
    return world.identity.resolve(Resolve(ins=INS), VAULT)


def close(world: World, record_id: UUID) -> None:
    world.identity.close_record(
        Close(**about(record_id), motive="person_request"), patient(record_id)
    )


def activate(world: World, record_id: UUID) -> None:
    code = world.identity.new_activation_code(NewActivationCode(**about(record_id)), INSURER)
    world.identity.activate(
        Activate(**about(record_id), activation_code=code.activation_code), patient(record_id)
    )
