"""The directory on a real event store, and its read model kept up by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cli import directory_import
from services.directory.adapters.code_tables import read_codes
from services.directory.application import Directory
from services.directory.domain.national_ids import NationalIdRules
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.directory.sample import NOW


def opened(settings: EventStoreSettings, clock: FixedClock) -> Directory:
    return Directory(
        settings,
        LocalKeys(b"k" * 32, "directory"),
        clock,
        codes=read_codes(),
        id_rules=NationalIdRules(strict=False),
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def directory(tmp_path: Path, clock: FixedClock) -> Iterator[Directory]:
    made = opened(EventStoreSettings(data_dir=tmp_path), clock)
    yield made
    made.close()


@pytest.fixture
def small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few groups to a call, so that small files make many calls."""
    monkeypatch.setattr(directory_import, "GROUPS", 2)
