"""A read model whose tables are not as this program needs them is refused, and left as it is."""

from pathlib import Path

import pytest

from shared.stores.documents import Has, Put
from shared.stores.schema import WrongSchema
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from shared.stores.sqlite_transactions import Store, immediate
from tests.shared.stores.views import at, ids

INDEXES = ("record_id,day", "kind", "tags[]")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (["DROP TABLE things_v1_g1"], "schema_lost: things_v1_g1 was made once"),
        (["ALTER TABLE things_v1_g1 ADD COLUMN more"], "schema_differs: things_v1_g1 has more"),
        (["ALTER TABLE positions RENAME epoch TO era"], "schema_differs: positions lacks epoch"),
        (
            [
                "DROP INDEX things_v1_g1_i1",
                "CREATE INDEX things_v1_g1_i1 ON things_v1_g1 (doc)",
            ],
            "schema_differs: things_v1_g1_i1 lacks .*kind",
        ),
        (
            [
                "DROP TRIGGER things_v1_g1_listed",
                """CREATE TRIGGER things_v1_g1_listed AFTER DELETE ON things_v1_g1
                BEGIN SELECT 1; END""",
            ],
            "schema_differs: things_v1_g1_listed lacks .*json_each",
        ),
    ],
)
def test_a_wrong_read_model_is_refused_and_left_as_it_is(
    tmp_path: Path, change: list[str], told: str
) -> None:
    """An empty list in the place of one that was lost would be believed."""
    store = filled(tmp_path)
    with immediate(store) as sql:
        for statement in change:
            sql(statement)
        before = sql("SELECT * FROM sqlite_master")

    with pytest.raises(WrongSchema, match=told):
        SqliteDocuments(sqlite_store(tmp_path / "views.db"), "things", 1, INDEXES)

    with immediate(store) as sql:
        assert sql("SELECT * FROM sqlite_master") == before
    store.close()


def test_another_list_is_searched_only_in_a_new_version(tmp_path: Path) -> None:
    """
    The table beside holds the lists it was made for: of another it would say that there is none.
    """
    filled(tmp_path).close()
    store = sqlite_store(tmp_path / "views.db")
    with pytest.raises(WrongSchema, match="things_v1_g1_listed"):
        SqliteDocuments(store, "things", 1, (*INDEXES, "kinds[]"))
    store.close()


def test_thrown_away_it_is_made_anew(tmp_path: Path) -> None:
    """What the runbook says: the file is removed, and all is built from the logs."""
    filled(tmp_path).close()
    for file in tmp_path.glob("views.db*"):
        file.unlink()
    store = sqlite_store(tmp_path / "views.db")
    view = SqliteDocuments(store, "things", 1, INDEXES)
    assert view.position("log") is None
    store.close()


def filled(folder: Path) -> Store:
    store = sqlite_store(folder / "views.db")
    view = SqliteDocuments(store, "things", 1, INDEXES)
    view.apply([Put("a", {"tags": ["red"]})], at(1))
    assert ids(view, Has("tags", "red")) == ["a"]
    return store
