from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.ground import Ground, build
from tests.audit.world import World


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return build(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def ground(original: Ground, tmp_path: Path) -> Ground:
    """A copy to tamper with."""
    return original.copy(tmp_path)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.audit.close()
