"""The same tests on both event stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.support.logs import World, open_world


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A log with one record open, on each of the two stores."""
    if request.param == "postgres":
        world = open_world(None, request.getfixturevalue("postgres_dsn"))
    else:
        world = open_world(tmp_path)
    world.open_record()
    yield world
    world.close()
