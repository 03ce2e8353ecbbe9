"""The application on a real event store, at a time that moves when told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.application import Identity
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.identity.lives import SIX_WEEKS, announce
from tests.identity.people import INSURER, NOW, TRAITS, announcement
from tests.identity.world import AccessSeen, World, new_world, open_identity


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def access() -> AccessSeen:
    return AccessSeen()


@pytest.fixture
def make_identity(
    clock: FixedClock, access: AccessSeen
) -> Iterator[Callable[[EventStoreSettings], Identity]]:
    made = []

    def make(settings: EventStoreSettings) -> Identity:
        made.append(open_identity(settings, clock, access))
        return made[-1]

    yield make
    for identity in made:
        identity.close()


@pytest.fixture
def identity(make_identity: Callable[[EventStoreSettings], Identity], tmp_path: Path) -> Identity:
    return make_identity(EventStoreSettings(data_dir=tmp_path))


@pytest.fixture
def world(identity: Identity, clock: FixedClock, tmp_path: Path) -> World:
    return new_world(identity, clock, tmp_path)


@pytest.fixture
def pair(world: World) -> tuple[UUID, UUID]:
    """Source with an INS, target without: open records of one person, told apart by a typo."""
    source = announce(world)
    target = announce(world, traits=TRAITS | {"birth_name": "PAT-TROIX"}, ins=None)
    world.pass_time(SIX_WEEKS)
    return source, target


@pytest.fixture
def announced(identity: Identity) -> Callable[..., UUID]:
    def announce(**changes: Any) -> UUID:
        return identity.announce_record(announcement(**changes), INSURER).record_id

    return announce
