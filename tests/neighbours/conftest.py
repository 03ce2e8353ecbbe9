"""Neighbours, set up once for a file: no fact changes what another reads."""

from collections.abc import Iterator

import pytest

from tests.neighbours.registered import Records, Registers, records_in, registers_in


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    made = records_in(tmp_path_factory.mktemp("identity"))
    yield made
    made.identity.close()


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registers]:
    made = registers_in(tmp_path_factory.mktemp("directory"))
    yield made
    made.directory.close()


@pytest.fixture(params=["double", "neighbour"])
def side(request: pytest.FixtureRequest) -> str:
    """Which of the two is held to the fact."""
    return str(request.param)
