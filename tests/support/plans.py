"""The steps that SQLite takes for what read models are asked."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.sqlite import SQLiteCursor

from shared.stores import sqlite_documents
from shared.stores.guard import Sql
from shared.stores.sqlite_transactions import sql_of


def steps_of(question: Callable[[], object], file: Path, view: str) -> list[str]:
    """Of all that the question asks of a view in this file; the question must find something."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def noting(cursor: SQLiteCursor) -> Sql:
        run = sql_of(cursor)

        def note(statement: str, *params: Any) -> Sequence[tuple[Any, ...]]:
            asked.append((statement, params))
            return run(statement, *params)

        return note

    with pytest.MonkeyPatch.context() as listening:
        listening.setattr(sqlite_documents, "sql_of", noting)
        assert question()
    with closing(sqlite3.connect(file)) as store:
        plans = [
            store.execute(f"EXPLAIN QUERY PLAN {statement}", params).fetchall()
            for statement, params in asked
            if f"FROM {view}_v" in statement
        ]
    assert plans
    return [str(step[-1]) for plan in plans for step in plan]
