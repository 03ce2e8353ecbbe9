"""How long a timer looks for what is due, among all that is not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from scripts.bench.large_log import NOW
from services.vault.domain.timing import Due
from services.vault.projections.due import DueList, ListedDue
from shared.kernel.clock import instant
from shared.stores.documents import At, Put
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store

AT_ONCE = 1_000


@contextmanager
def waiting_documents(folder: Path, documents: int) -> Iterator[Callable[[], object]]:
    """What the vault's timer asks, where nobody is to archive any of ``documents`` yet."""
    store = sqlite_store(folder / "vault.views.db")
    view = SqliteDocuments(store, DueList.NAME, DueList.VERSION, DueList.INDEXES)
    for before in range(0, documents, AT_ONCE):
        last = min(before + AT_ONCE, documents)
        rows = [_row(number) for number in range(before, last)]
        view.apply(rows, At(source="vault", epoch="0" * 32, previous=before, position=last))
    listed = ListedDue(view)
    yield lambda: list(listed.before(Due.ARCHIVE, NOW - timedelta(days=1)))
    store.close()


def _row(number: int) -> Put:
    at = instant(NOW + timedelta(seconds=number))
    ids = {"record_id": str(uuid4()), "document_id": str(uuid4())}
    return Put(f"{ids['document_id']}.archive", {**ids, "due": Due.ARCHIVE.value, "at": at})
