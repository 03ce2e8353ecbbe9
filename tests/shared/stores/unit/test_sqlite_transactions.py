"""What a transaction on one SQLite file keeps, takes back, and waits for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from shared.stores import sqlite_transactions
from shared.stores.sqlite_transactions import Store, immediate, reading, sql_of, writing


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(str(tmp_path / "some.db"), patience=1)
    with immediate(store) as sql:
        sql("CREATE TABLE things (id INTEGER PRIMARY KEY)")
    yield store
    store.close()


def things(store: Store) -> list[int]:
    with reading(store.pool) as cursor:
        return [id_ for (id_,) in sql_of(cursor)("SELECT id FROM things ORDER BY id")]


def test_what_is_read_is_of_one_instant(store: Store) -> None:
    """Though somebody commits between two looks."""
    with reading(store.pool) as cursor:
        sql = sql_of(cursor)
        assert sql("SELECT count(*) FROM things") == [(0,)]
        with immediate(store) as other:
            other("INSERT INTO things VALUES (1)")
        assert sql("SELECT count(*) FROM things") == [(0,)]
    assert things(store) == [1]


def test_whatever_is_raised_takes_all_of_a_write_back(store: Store) -> None:
    """And the next write begins, on the same connection."""

    def stopped() -> None:
        with immediate(store) as sql:
            sql("INSERT INTO things VALUES (1)")
            raise KeyboardInterrupt

    def refused() -> None:
        with immediate(store) as sql:
            sql("INSERT INTO things VALUES (2)")
            sql("INSERT INTO things VALUES (2)")

    with pytest.raises(KeyboardInterrupt):
        stopped()
    with pytest.raises(IntegrityError):
        refused()
    with immediate(store) as sql:
        sql("INSERT INTO things VALUES (3)")

    assert things(store) == [3]


def test_a_commit_that_fails_leaves_nothing_open(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes next would find itself within the transaction of another."""

    def full(_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_transactions, "beside", full)
        with pytest.raises(OSError, match="no space"), immediate(store) as sql:
            sql("INSERT INTO things VALUES (1)")
    with immediate(store) as sql:
        sql("INSERT INTO things VALUES (2)")

    assert things(store) == [2]


def test_a_look_that_was_not_finished_keeps_no_snapshot(store: Store, tmp_path: Path) -> None:
    """A connection that went on reading would show later readers the past."""
    with immediate(store) as sql:
        for number in range(5):
            sql("INSERT INTO things VALUES (?)", number)
    held = []
    for look in (reading, writing):
        with look(store.pool) as cursor:
            cursor.execute("SELECT id FROM things")
            cursor.fetchone()
        held.append(cursor)
    other = Store(str(tmp_path / "some.db"), patience=1)
    with immediate(other) as sql:
        sql("DELETE FROM things")
    other.close()

    assert things(store) == []


def test_the_disk_is_waited_for_unless_told_otherwise(store: Store, tmp_path: Path) -> None:
    """The same connection does now one and now the other."""

    def synced(of: Store, **how: bool) -> int:
        with writing(of.pool, **how) as cursor:
            ((level,),) = sql_of(cursor)("PRAGMA synchronous")
        return int(level)

    full, normal = 2, 1
    levels = [synced(store), synced(store, synced=False), synced(store), synced(store)]
    assert levels == [full, normal, full, full]

    derived = Store(str(tmp_path / "views.db"), derived=True)
    assert [synced(derived), synced(derived, synced=False)] == [normal, normal]
    derived.close()


def test_another_process_is_waited_for_as_long_as_was_said(store: Store, tmp_path: Path) -> None:
    other = Store(str(tmp_path / "some.db"), patience=1)
    with immediate(other), pytest.raises(OperationalError, match="locked"), immediate(store):
        pytest.fail("two write at once")
    with immediate(store) as sql:
        sql("INSERT INTO things VALUES (1)")
    other.close()

    assert things(store) == [1]
    with reading(store.pool) as cursor:
        assert sql_of(cursor)("PRAGMA busy_timeout") == [(1000,)], "who reads waits as long"


def test_who_writes_in_the_same_process_is_waited_for_too(store: Store) -> None:
    with immediate(store), pytest.raises(OperationalError, match="too long"), immediate(store):
        pytest.fail("two write at once")


def test_errors_are_those_of_the_library(store: Store) -> None:
    with pytest.raises(OperationalError), reading(store.pool) as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert things(store) == []
