"""How SQLite finds what a read model is asked: by an index, entered where the answer begins."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from shared.stores.documents import Has, Range, Sort
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.shared.stores.views import fill, ids
from tests.support.plans import steps_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "views.db"


@pytest.fixture
def view(file: Path) -> Iterator[SqliteDocuments]:
    store = sqlite_store(file)
    made = SqliteDocuments(store, "things", 1, ["at", "tags[]"])
    fill(made, **{name: {"at": f"0{name}", "tags": ["red", "big"]} for name in "123"})
    yield made
    store.close()


def test_a_search_reads_the_lists_and_what_it_finds(view: SqliteDocuments, file: Path) -> None:
    """
    Its plan names no scan: a search takes as long for a million documents as for what fits.
    """
    both, one = (Has("tags", "red"), Has("tags", "big")), Has("tags", "red")
    counting = steps_of(lambda: view.count(*both), file, "things")
    finding = steps_of(lambda: view.find(one, limit=1).items, file, "things")

    assert not [step for step in counting + finding if step.startswith("SCAN")]


@pytest.mark.parametrize("where", [(), (Range("at", lt="09"),)], ids=["all", "some"])
def test_the_next_page_begins_where_the_one_before_ended(
    view: SqliteDocuments, file: Path, where: Sequence[Range]
) -> None:
    """
    A walk through a million documents takes as long for each page: none passes those before it,
    nor puts the rest in order.
    """
    after = view.find(sort=[Sort("at")], limit=1).next_cursor

    steps = steps_of(lambda: ids(view, *where, sort=[Sort("at")], after=after), file, "things")

    assert ids(view, *where, sort=[Sort("at")], after=after) == ["2", "3"]
    assert [step for step in steps if "USING INDEX things_v1_g1_i0 (<expr>>?" in step]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps  # of a part: documents of one instant, by id
