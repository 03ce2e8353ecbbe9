"""Lists in read models on SQLite: found through a table beside, not document by document."""

from pathlib import Path

from shared.stores.documents import At, Eq, Has, Put
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from shared.stores.sqlite_transactions import sql_of


def at(position: int) -> At:
    return At(source="log", epoch="e1", previous=position - 1, position=position)


def test_a_view_that_was_there_before_takes_its_lists_in(tmp_path: Path) -> None:
    """
    A file written when the field was not indexed answers the same, without a rebuild.
    """
    store = sqlite_store(tmp_path / "views.db")
    before = SqliteDocuments(store, "things", 1, ())
    rebuilt = before.rebuild()
    rebuilt.apply([Put("a", {"tags": ["red"]}), Put("b", {"tags": ["blue"]})], at(1))
    before.switch(rebuilt)

    now = SqliteDocuments(store, "things", 1, ("tags[]",))

    assert [item["id"] for item in now.find(Has("tags", "red")).items] == ["a"]
    now.apply([Put("b", {"tags": ["red"]})], at(2))
    assert now.count(Has("tags", "red")) == 2
    store.close()


def test_where_no_field_is_a_list_nothing_is_kept_of_lists(tmp_path: Path) -> None:
    """
    Nor in a file of before, which had triggers for every field indexed alone: each write ran them.
    """
    store = sqlite_store(tmp_path / "views.db")
    SqliteDocuments(store, "things", 1, ("kind[]",)).apply([Put("a", {"kind": ["x"]})], at(1))

    view = SqliteDocuments(store, "things", 1, ("kind",))

    view.apply([Put("b", {"kind": "x"})], at(2))
    assert [item["id"] for item in view.find(Eq("kind", "x")).items] == ["b"]
    with store.transaction(commit=False) as cursor:
        kept = sql_of(cursor)("SELECT name FROM sqlite_master WHERE name LIKE 'things_%list%'")
    assert not kept
    store.close()
