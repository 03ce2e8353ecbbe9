"""Where an event is in the log, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.audit.adapters.tree import SqlTree
from services.audit.domain.batch import Place
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import batch, open_tree


@pytest.fixture(params=["sqlite", "postgresql"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlTree]:
    settings = EventStoreSettings(data_dir=tmp_path)
    if request.param == "postgresql":
        settings = EventStoreSettings(
            postgres_dsn=request.getfixturevalue("postgres").new_database()
        )
    home, made = open_tree(settings)
    with home:
        yield made


def place(tree: SqlTree, position: int) -> tuple[str, int] | None:
    run = tree.run_of("vault", position)
    return (run.epoch, run.index_of(position)) if run else None


def test_a_position_that_two_epochs_used_is_that_of_the_later(tree: SqlTree) -> None:
    """The vault was put back to its second event after its sixth, and went on: the run of before
    begins later than the one of now, and ends later."""
    tree.append(batch("vault", 0, 3))
    tree.append(batch("access", 0, 1))
    tree.append(batch("vault", 3, 7))
    tree.begin_epoch("vault", Place("e1", 7), "e0", after=2)
    tree.append(batch("vault", 2, 5, epoch="e0"))

    assert [place(tree, n) for n in range(1, 9)] == [
        ("e1", 0), ("e1", 1), ("e0", 8), ("e0", 9), ("e0", 10), ("e1", 6), ("e1", 7), None
    ]  # fmt: skip
    assert tree.epochs("vault") == {"e0", "e1"}
    assert tree.epochs("agenda") == set()
