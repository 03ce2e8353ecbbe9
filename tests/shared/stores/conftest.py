"""The log on each database it can be kept in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import Boxes
from tests.shared.stores.groups import Group

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EventStoreSettings:
    if request.param == "sqlite":
        return EventStoreSettings(data_dir=tmp_path)
    return EventStoreSettings(postgres_dsn=request.getfixturevalue("postgres_dsn"))


@pytest.fixture
def keys() -> LocalKeys:
    return LocalKeys(bytes(range(32)), "boxes")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def log(store: EventStoreSettings, keys: LocalKeys, clock: FixedClock) -> Iterator[Boxes]:
    log = Boxes(store, keys, clock)
    yield log
    log.close()


@pytest.fixture
def group(log: Boxes) -> Iterator[Group]:
    with ThreadPoolExecutor(8) as pool:
        yield Group(log, pool)
