"""A process of a service that is started on tables which are not as it needs them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.machine.kept import DidNotStart
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.keyring.place import Place
from tests.support.running import running


def test_a_process_on_a_wrong_database_ends_and_leaves_it_as_it_is(
    tmp_path: Path, amqp_uri: str
) -> None:
    """As after a wrong migration: it says what is wrong. When that is mended, nothing is lost."""
    clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
    (tmp_path / "own").mkdir()
    place = Place(EventStoreSettings(data_dir=tmp_path), tmp_path / "own", clock)
    record = place.new_record()
    key = place.keys("vault").current(record)
    place.app.close()
    own_kek = {"CARNET_KEK_FILE": str(place.kek_file)}
    alter(tmp_path, "ALTER TABLE keyring_followed RENAME COLUMN digest TO hash")
    before = dump(tmp_path)

    with (
        pytest.raises(DidNotStart) as refused,
        running(amqp_uri, tmp_path, ["keyring.rpc"], settings=own_kek),
    ):
        pass
    assert "schema_differs: keyring_followed lacks digest text not null" in str(refused.value)
    assert dump(tmp_path) == before

    alter(tmp_path, "ALTER TABLE keyring_followed RENAME COLUMN hash TO digest")
    with running(amqp_uri, tmp_path, ["keyring.rpc"], settings=own_kek):
        place.reopen()
        assert place.keys("vault").current(record) == key
        place.app.close()


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "keyring.db")) as file:
        file.execute(statement)
        file.commit()


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "keyring.db")) as file:
        return list(file.iterdump())
