"""What is asked of the transparency log is found by an index, however long it has become."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from services.audit.adapters.tree import find_run
from shared.stores.guard import Sql
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import batch, open_tree


def test_a_place_in_the_log_is_found_without_those_before(tmp_path: Path) -> None:
    """Services take turns, so that the log is made of stretches: a proof of the newest event reads
    one of each epoch, not all that its service ever had."""
    home, tree = open_tree(EventStoreSettings(data_dir=tmp_path))
    with home:
        for turn in range(3):
            tree.append(batch("vault", turn, turn + 1))
            tree.append(batch("access", turn, turn + 1))
    [file] = tmp_path.glob("audit.db")
    plans: list[str] = []

    with closing(sqlite3.connect(file)) as store:

        def explained(statement: str, *params: Any) -> Sequence[tuple[Any, ...]]:
            explaining = store.execute(f"EXPLAIN QUERY PLAN {statement}", params)
            plans.extend(str(step[-1]) for step in explaining)
            return store.execute(statement, params).fetchall()

        @contextmanager
        def reading() -> Iterator[Sql]:
            yield explained

        run = find_run(reading, "vault", 3)

    assert run is not None
    assert run.index_of(3) == 4
    of_runs = [step for step in plans if "audit_runs" in step]
    assert "service=? AND epoch=? AND first_position<?" in of_runs[-1]
    assert all(step.startswith("SEARCH") for step in of_runs)
    assert not [step for step in plans if "TEMP B-TREE" in step]
