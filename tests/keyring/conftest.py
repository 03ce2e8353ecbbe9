from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.keyring.place import Place

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A keyring on each database its log and its table can be kept in."""
    store = EventStoreSettings(data_dir=tmp_path)
    if request.param == "postgresql":
        store = EventStoreSettings(postgres_dsn=request.getfixturevalue("postgres_dsn"))
    place = Place(store, tmp_path, FixedClock(NOW))
    yield place
    place.app.close()
