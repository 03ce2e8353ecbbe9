"""A log of access per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.access.domain.reference import AccessSettings
from tests.access.support.logs import World, open_world
from tests.access.support.people import MOTHER


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On SQLite, with one record open and activated."""
    opened = open_world(tmp_path)
    opened.open_record()
    yield opened
    opened.close()


@pytest.fixture
def minor(world: World) -> World:
    """As ``world``, where the person is a minor whom their mother represents."""
    world.hear(
        "record_announced", representatives=[MOTHER.id], majority_at="2030-01-01T00:00:00.000Z"
    )
    world.hear("record_opened")
    return world


@pytest.fixture
def caring(tmp_path: Path) -> Iterator[World]:
    """As ``world``, where the operator opened caregivers."""
    opened = open_world(tmp_path, settings=AccessSettings(caregivers=True))
    opened.open_record()
    yield opened
    opened.close()
