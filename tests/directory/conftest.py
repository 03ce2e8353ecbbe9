"""The directory on a real event store, and its read model kept up by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.directory.adapters.code_tables import read_codes
from services.directory.application import Directory
from services.directory.domain.national_ids import NationalIdRules
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.directory.sample import NOW


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    made = Directory(
        EventStoreSettings(data_dir=tmp_path),
        LocalKeys(b"k" * 32, "directory"),
        FixedClock(NOW),
        codes=read_codes(),
        id_rules=NationalIdRules(strict=False),
    )
    yield made
    made.close()
