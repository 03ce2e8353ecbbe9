"""Every test of a promise runs on both event stores."""

from pathlib import Path

import pytest

from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.world import World


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a message is tried is no rule; that it is tried again is."""
    monkeypatch.setattr("shared.eventing.handling.FIRST_WAIT", 0.001)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A publisher and a follower without a broker."""
    if request.param == "sqlite":
        store = EventStoreSettings(data_dir=tmp_path)
        return World(store, store, tmp_path)
    server = request.getfixturevalue("postgres")
    return World(
        EventStoreSettings(postgres_dsn=server.new_database()),
        EventStoreSettings(postgres_dsn=server.new_database()),
        tmp_path,
    )


@pytest.fixture
def wired(world: World, amqp_uri: str) -> World:
    """The same with a broker of its own."""
    world.amqp_uri = amqp_uri
    return world
