"""What lies beside a log of one record goes with it, without reading what lies there of others."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any, cast

import pytest

from services.prescription.application.pending import Pending
from services.profile.application import Profile

STATEMENTS: Sequence[str] = (
    *Pending.create_statements(),
    *Profile.own_tables(cast("Any", None)),
)
STAYING = ("prescription_documents", "profile_taken", "profile_extracted", "profile_directives")
"""A row for each prescription or measure there ever was; other tables hold what waits."""


@pytest.mark.parametrize("table", STAYING)
def test_rows_of_a_record_are_found_by_an_index(table: str) -> None:
    """Thousands of records are erased a day, each beside the reports of a nation."""
    with closing(sqlite3.connect(":memory:")) as store:
        for statement in STATEMENTS:
            store.execute(statement)
        asked = f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE record = ?"  # noqa: S608 - our own names
        [(*_, step)] = store.execute(asked, ("r",)).fetchall()

    assert step.startswith(f"SEARCH {table} USING INDEX")
