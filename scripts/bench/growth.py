"""What one operation costs as a log, a record, or the transparency log grows.

Each step fills a store of its own with as many rows as asked for, written as a service writes
them, and takes the median of what one more operation costs. What stays flat is fit for a nation.
"""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4, uuid5

from scripts.bench.decisions import decided, open_rights, person_of
from scripts.bench.ladder import Progress
from scripts.bench.large_log import NOW, SPACE, keys_of, row_of
from scripts.bench.load import elsewhere
from scripts.bench.measures import Guarded, Note, Nothing
from scripts.bench.plots import BY_REPLICAS
from scripts.bench.record import large_vault, search_first
from scripts.bench.replicas import by_replicas
from scripts.bench.results import machine
from scripts.bench.waiting import waiting_documents
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.grants import Block
from services.access.domain.rights import Rights
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.batch import Batch
from shared.kernel.clock import FixedClock, SystemClock
from shared.stores.outcome import Outcome
from shared.stores.settings import EventStoreSettings

SIZES = (1, 1_000, 10_000, 100_000)
LONG = (*SIZES, 1_000_000)
DOCUMENTS = (1, 100, 1_000, 10_000)
TIMES = 25
EPOCH = "0" * 32
BLOCK = Block(reason="other", by_person=True, blocked_at=NOW, secret=False)

Operation = Callable[[], object]


def saving(events: int) -> float:
    """A save of one event, sealed and guarded, above ``events`` of one record."""
    with _folder() as folder, ExitStack() as stack:
        log = Guarded(EventStoreSettings(data_dir=folder), keys_of("bench"), SystemClock())
        stack.callback(log.close)
        record = uuid5(SPACE, "record")
        _fill(folder / "bench.db", "bench", record, events)
        relied_on = {uuid4(): 0}
        return took(
            lambda: log.commit(
                Outcome(answer=Nothing(), save=[Note(record, "text")], relied_on=relied_on)
            )
        )


def deciding(events: int) -> float:
    """A decision, saved, about a record of which ``events`` decisions are in the log."""
    with _access() as (app, folder):
        rights = open_rights(app)
        app.save(rights)
        _fill(folder / "access.db", "access", rights.record_id, events)
        return took(lambda: decided(app, rights.record_id))


def deciding_on_changed_rights(changes: int) -> float:
    """A decision, saved, about a record whose rights changed ``changes`` times."""
    with _access() as (app, _):
        rights = open_rights(app)
        _change(app, rights, changes)
        return took(lambda: decided(app, rights.record_id))


def searching(documents: int) -> float:
    """The first page of a search in a record of ``documents``."""
    with _folder() as folder, large_vault(folder, documents) as vault:
        return took(lambda: search_first(vault))


def looking(documents: int) -> float:
    """A timer's look for what is due, among ``documents`` that are not."""
    with _folder() as folder, waiting_documents(folder, documents) as look:
        return took(look)


def logging(leaves: int) -> float:
    """Ten more leaves, in a tree of ``leaves``."""
    with _folder() as folder:
        settings = EventStoreSettings(data_dir=folder)
        with Audit(settings, keys_of("audit"), FixedClock(NOW)) as audit:
            tree = SqlTree(audit.guarded)
            at = _grow(tree, leaves)

            def append() -> None:
                nonlocal at
                at = tree_append(tree, at, 10)

            return took(append)


OPERATIONS: dict[str, tuple[Callable[[int], float], tuple[int, ...]]] = {
    "save": (saving, LONG),
    "decide, by decisions in the log": (deciding, LONG),
    "decide, by changes of the rights": (deciding_on_changed_rights, SIZES),
    "log ten leaves": (logging, LONG),
    "search, by documents of the record": (searching, DOCUMENTS),
    "look for what is due, by what is not": (looking, LONG),
}


def grown(file: Path, *, long: bool, progress: Progress) -> dict[str, list[list[float]]]:
    """Milliseconds by size, of each operation; written as they are found."""
    found: dict[str, list[list[float]]] = {}
    for name, (operation, sizes) in OPERATIONS.items():
        for size in sizes:
            if size < LONG[-1] or long:
                with progress(f"{name}: {size:,}"):
                    found.setdefault(name, []).append([size, elsewhere(operation, size)])
        _write(file, found)
    shutil.rmtree(file.parent / "carnet-growth", ignore_errors=True)
    found[BY_REPLICAS] = by_replicas(file.parent / "carnet-growth", progress)
    _write(file, found)
    return found


def _write(file: Path, found: dict[str, list[list[float]]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"machine": machine(), "milliseconds": found}, indent=1) + "\n")


def took(operation: Operation) -> float:
    """Milliseconds, the median; the first few warm up."""
    times = []
    for _ in range(TIMES + 5):
        began = perf_counter()
        operation()
        times.append((perf_counter() - began) * 1000)
    return median(times[5:])


def tree_append(tree: SqlTree, after: int, count: int) -> int:
    leaves = [(after + n + 1, n.to_bytes(32, "big")) for n in range(count)]
    to = after + count
    tree.append(Batch(service="vault", epoch=EPOCH, after=after, to=to, leaves=leaves))
    return to


def _grow(tree: SqlTree, leaves: int) -> int:
    at = 0
    while at < leaves:
        at = tree_append(tree, at, min(5_000, leaves - at))
    return at


def _change(app: Access, rights: Rights, changes: int) -> None:
    """Blocked and unblocked, again and again, by the person."""
    person = person_of(rights.record_id)
    for number in range(changes):
        if number % 2:
            rights.unblock("899700366240", by=person)
        else:
            rights.block("899700366240", BLOCK, by=person)
        if number % 5_000 == 4_999:
            app.save(rights)
    app.save(rights)


def _fill(file: Path, service: str, record: UUID, events: int) -> None:
    keys = keys_of(service)
    key = keys.current(record)
    with closing(sqlite3.connect(file)) as store, store:
        store.executemany(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, 1, ?, ?)",
            (row_of(service, key, record, n) for n in range(events)),
        )


@contextmanager
def _access() -> Iterator[tuple[Access, Path]]:
    with _folder() as folder:
        app = open_log(EventStoreSettings(data_dir=folder), keys_of("access"), SystemClock())
        try:
            app.prepare()
            yield app, folder
        finally:
            app.close()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="carnet-growth-") as folder:
        yield Path(folder)
