"""A log of access per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.support.logs import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On SQLite, with one record open and activated."""
    opened = open_world(tmp_path)
    opened.open_record()
    yield opened
    opened.close()
