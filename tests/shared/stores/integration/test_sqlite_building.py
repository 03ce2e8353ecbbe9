"""A read model on SQLite, built anew: what is set for that is of no other transaction."""

from pathlib import Path

import pytest
from eventsourcing.sqlite import SQLiteDatastore

from shared.stores.documents import Put, Write
from shared.stores.sqlite import sql_of
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.shared.stores.views import at


def how(store: SQLiteDatastore) -> list[int]:
    """What its one connection does with much that is written."""
    with store.transaction(commit=False) as cursor:
        asked = ("wal_autocheckpoint", "cache_spill", "cache_size")
        return [sql_of(cursor)(f"PRAGMA {name}")[0][0] for name in asked]


@pytest.mark.parametrize("name", ["n", "not a name"])
def test_who_writes_next_writes_as_before(tmp_path: Path, name: str) -> None:
    """
    A connection goes back to others after each batch, also after one that fails: its next commit
    must not leave, nor its memory keep, what building may.
    """
    store = sqlite_store(tmp_path / "views.db")
    view = SqliteDocuments(store, "things", 1, ())
    before = how(store)
    writes: list[Write] = [Put("a", {name: 1})]
    fresh = view.rebuild()

    try:
        fresh.apply(writes, at(1))
    except ValueError:
        assert name == "not a name"

    assert how(store) == before
    store.close()
