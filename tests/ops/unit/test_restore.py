"""The drill: back up, lose everything, restore. On SQLite, in a folder of the test's own."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest

from scripts.ops.objects import keys_in
from scripts.ops.sets import new_set, remember, sets
from tests.ops.world import Operated, operated


@pytest.fixture
def carnet(tmp_path: Path) -> Operated:
    found = operated(tmp_path)
    for service in ("identity", "access", "vault"):
        found.write(service, 3)
    found.make_key(uuid4())
    return found


def lose_everything(carnet: Operated) -> None:
    shutil.rmtree(carnet.data)
    carnet.data.mkdir()


def test_nothing_acknowledged_before_the_backup_is_lost(carnet: Operated) -> None:
    """Services go on while it is taken; what was answered before it began is in it."""
    acknowledged: list[UUID] = []
    stop = Event()

    def keep_writing() -> None:
        while not stop.is_set():
            acknowledged.extend(carnet.write("vault", 2))

    writer = Thread(target=keep_writing)
    writer.start()
    try:
        while len(acknowledged) < 6:
            stop.wait(0.01)
        before = list(acknowledged)
        carnet.done("backup", str(carnet.folder))
    finally:
        stop.set()
        writer.join()
    lose_everything(carnet)
    carnet.done("restore", str(carnet.folder))
    assert set(before) <= carnet.streams("vault")
    assert len(carnet.streams("identity")) == 3


def test_a_restored_log_begins_a_new_epoch(carnet: Operated) -> None:
    """Whoever had applied what is lost must notice."""
    carnet.done("backup", str(carnet.folder))
    epoch, position = carnet.head("vault")
    carnet.write("vault", 5)
    carnet.done("restore", str(carnet.folder))
    assert carnet.head("vault")[1] == position
    assert carnet.head("vault")[0] != epoch


def test_it_restores_to_an_instant(carnet: Operated) -> None:
    """The newest set that is not younger, before a mistake was made."""
    carnet.done("backup", str(carnet.folder))
    carnet.write("vault", 2)
    carnet.done("backup", str(carnet.folder))
    [(_, first), (_, second)] = sets(carnet.folder)
    carnet.done("restore", str(carnet.folder), "--at", first.at.isoformat())
    assert carnet.head("vault")[1] == first.services["vault"].position == 3
    carnet.done("restore", str(carnet.folder), "--at", second.at.isoformat())
    assert carnet.head("vault")[1] == 5
    too_early = carnet.run("restore", str(carnet.folder), "--at", "2020-01-01T00:00:00Z")
    assert too_early.exit_code == 1


def test_destroyed_keys_stay_destroyed(carnet: Operated) -> None:
    """A set older than an erasure brings the wrapped key back on the disk, and it is removed
    before anything is served, as the certificate of erasure promised."""
    erased, other = uuid4(), uuid4()
    carnet.make_key(erased)
    carnet.make_key(other)
    carnet.done("backup", str(carnet.folder))
    carnet.destroy_key(erased)
    carnet.done("backup", str(carnet.folder))
    [(_, first), _] = sets(carnet.folder)
    lose_everything(carnet)
    said = carnet.done("restore", str(carnet.folder), "--at", first.at.isoformat())
    assert "1 keys had come back" in said
    assert (carnet.key_of(erased), carnet.key_of(other)) == ("destroyed", "live")
    assert carnet.rows_of_keys() == 2


def test_a_destruction_of_the_last_minutes_is_learnt_from_what_is_replaced(
    carnet: Operated,
) -> None:
    """No backup saw it, the database that is about to be put aside did."""
    erased = uuid4()
    carnet.make_key(erased)
    carnet.done("backup", str(carnet.folder))
    carnet.destroy_key(erased)
    carnet.done("restore", str(carnet.folder))
    assert carnet.key_of(erased) == "destroyed"


def test_a_destruction_nobody_signed_destroys_nothing(carnet: Operated) -> None:
    """Or a line in a file could take away a living person's record."""
    record_id = uuid4()
    carnet.make_key(record_id)
    carnet.done("backup", str(carnet.folder))
    forged = carnet.tombstone(record_id).model_copy(update={"versions": 2})
    remember(carnet.folder, [forged])
    refused = carnet.run("restore", str(carnet.folder))
    assert refused.exit_code == 1
    assert "not signed by keyring" in refused.stderr
    assert carnet.key_of(record_id) == "live"


def test_a_damaged_set_touches_nothing(carnet: Operated) -> None:
    """It is noticed before what is there is put aside."""
    carnet.done("backup", str(carnet.folder))
    [(place, _)] = sets(carnet.folder)
    with (place / "vault.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    before = carnet.head("vault")
    assert carnet.run("restore", str(carnet.folder)).exit_code == 1
    assert carnet.head("vault") == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stored_events SET state = CAST(state || x'00' AS BLOB) WHERE rowid = 2",
        "DELETE FROM stored_events WHERE rowid = 2",
        "DELETE FROM stored_events WHERE rowid = 3",
        "UPDATE stored_events SET originator_version = 7 WHERE rowid = 1",
    ],
)
def test_a_log_that_is_not_complete_to_its_position_is_not_started(
    carnet: Operated, change: str
) -> None:
    """After a restore by whatever tool: each event up to N, as it was."""
    carnet.done("backup", str(carnet.folder))
    with sqlite3.connect(carnet.data / "vault.db") as connection:
        connection.execute(change)
    connection.close()
    refused = carnet.run("finish-restore", str(carnet.folder))
    assert refused.exit_code == 1
    assert "vault is not complete to position 3" in refused.stderr


def test_what_was_there_is_put_aside(carnet: Operated) -> None:
    """It is evidence."""
    carnet.done("backup", str(carnet.folder))
    carnet.done("restore", str(carnet.folder))
    [aside] = carnet.data.glob("before-*")
    assert (aside / "vault.db").exists()


def test_a_dry_run_changes_nothing(carnet: Operated) -> None:
    """It says which set, and up to where each log would go."""
    assert "would be added" in carnet.done("backup", str(carnet.folder), "--dry-run")
    assert sets(carnet.folder) == []
    carnet.done("backup", str(carnet.folder))
    head = carnet.head("vault")
    said = carnet.done("restore", str(carnet.folder), "--dry-run")
    assert "vault: up to position 3" in said
    assert carnet.head("vault") == head


def test_backups_end_with_the_term_of_the_law(carnet: Operated) -> None:
    """Three months at most, be February one of them (89 days), and no earlier than asked."""
    carnet.done("backup", str(carnet.folder))
    assert carnet.run("expire-backups", str(carnet.folder), "--days", "90").exit_code == 1
    assert "0 sets" in carnet.done("expire-backups", str(carnet.folder), "--days", "89")
    assert "0 sets" in carnet.done("expire-backups", str(carnet.folder))
    assert "1 sets" in carnet.done("expire-backups", str(carnet.folder), "--days", "0", "--dry-run")
    assert len(sets(carnet.folder)) == 1
    carnet.done("expire-backups", str(carnet.folder), "--days", "0")
    assert sets(carnet.folder) == []


def test_what_a_backup_left_that_was_broken_off_ends_with_that_term_too(carnet: Operated) -> None:
    """It has wrapped keys of people who were erased since, and no manifest that says so."""
    carnet.done("backup", str(carnet.folder))
    [(whole, _)] = sets(carnet.folder)
    for days, name in ((36, "old"), (34, "young")):
        begun = datetime.now(UTC) - timedelta(days=days)
        left = new_set(carnet.folder, begun)
        (left / "keyring.db").write_text(name)
    assert "1 sets" in carnet.done("expire-backups", str(carnet.folder), "--dry-run")
    assert "1 sets" in carnet.done("expire-backups", str(carnet.folder))
    left_there = {
        file.read_text() for file in carnet.folder.rglob("keyring.db") if file.parent != whole
    }
    assert left_there == {"young"}
    assert [place for place, _ in sets(carnet.folder)] == [whole]


def test_a_term_is_no_less_than_nothing(carnet: Operated) -> None:
    """A slip of the pen would take all that was kept, the set of this minute too."""
    carnet.done("backup", str(carnet.folder))
    assert carnet.run("expire-backups", str(carnet.folder), "--days", "-35").exit_code == 2
    assert len(sets(carnet.folder)) == 1


def test_a_copy_that_was_broken_off_is_no_object(tmp_path: Path) -> None:
    """It would be put back into a bucket, under a name that nobody stored."""
    for name in ("a/b", "a/c.4f2a.new"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert keys_in(tmp_path) == ["a/b"]


def test_a_sweep_that_compared_no_log_says_so(carnet: Operated) -> None:
    """A volume that is not there, or a path that was mistyped, is not a log that was compared."""
    refused = carnet.run("sweep", str(carnet.folder))
    assert refused.exit_code == 1
    assert f"no set in {carnet.folder}" in refused.stderr


def test_a_sweep_finds_a_changed_event(carnet: Operated) -> None:
    """A byte of an old row, which nobody reads for years."""
    carnet.done("backup", str(carnet.folder))
    carnet.write("vault", 1)
    carnet.done("sweep", str(carnet.folder))
    with sqlite3.connect(carnet.data / "vault.db") as connection:
        connection.execute(
            "UPDATE stored_events SET state = CAST(state || x'00' AS BLOB) WHERE rowid = 1"
        )
    connection.close()
    found = carnet.run("sweep", str(carnet.folder))
    assert found.exit_code == 1
    assert "differs: the log of vault" in found.stdout
