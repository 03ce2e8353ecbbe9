"""Lists in read models on SQLite: found through a table beside, not document by document."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.sqlite import SQLiteCursor

from shared.stores import sqlite_documents
from shared.stores.documents import At, Eq, Has, Put
from shared.stores.guard import Sql
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


def test_a_search_reads_the_lists_and_what_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Its plan names no scan: a search takes as long for a million documents as for what fits.
    """
    store = sqlite_store(tmp_path / "views.db")
    view = SqliteDocuments(store, "things", 1, ("tags[]",))
    view.apply([Put("a", {"tags": ["red", "big"]})], at(1))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def noting(cursor: SQLiteCursor) -> Sql:
        run = sql_of(cursor)

        def note(statement: str, *params: object) -> Sequence[tuple[Any, ...]]:
            asked.append((f"EXPLAIN QUERY PLAN {statement}", params))
            return run(statement, *params)

        return note

    with monkeypatch.context() as listening:
        listening.setattr(sqlite_documents, "sql_of", noting)
        assert view.count(Has("tags", "red"), Has("tags", "big")) == 1
        assert view.find(Has("tags", "red"), limit=1).items
    with store.transaction(commit=False) as cursor:
        plans = [sql_of(cursor)(*query[:1], *query[1]) for query in asked if "tags" in query[1]]

    steps = [str(step[-1]) for plan in plans for step in plan]
    assert len(plans) == 2
    assert not [step for step in steps if step.startswith("SCAN")]
    store.close()
