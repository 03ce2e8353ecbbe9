"""Run by a test: under eventlet, who puts many documents at once?

Prints three numbers: documents put by statements that SQLite worked on in another real thread, and
in this one; and how many are there. The folder is the argument.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

from eventlet.patcher import original
from eventsourcing.sqlite import SQLiteCursor

from shared.stores.documents import Put
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.shared.stores.views import at

here = original("threading").get_ident()
put: Counter[bool] = Counter()
executed = SQLiteCursor.execute


def noting(cursor: SQLiteCursor, statement: str, params: Sequence[object] = ()) -> None:
    if "INSERT INTO things" in statement:
        put[original("threading").get_ident() == here] += len(params) // 3
    executed(cursor, statement, params)


view = SqliteDocuments(sqlite_store(Path(sys.argv[1]) / "views.db"), "things", 1, ("kind",))
batch = [([Put(f"d{n}", {"kind": "x"})], at(n)) for n in range(1, 556)]
with patch.object(SQLiteCursor, "execute", noting), ThreadPoolExecutor(1) as writer:
    writer.submit(view.apply_all, batch).result()  # as who builds a view anew
sys.stdout.write(f"{put[False]} {put[True]} {view.count()}")
