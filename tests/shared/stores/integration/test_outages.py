"""A store that is down: a stable code, soon, and everything works again when it is back."""

import time
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.postgresql import running_database
from shared.crypto.local_keys import LocalKeys
from shared.eventing.loop import INFRASTRUCTURE
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Unavailable
from shared.stores.documents import At, Put
from shared.stores.mongo_documents import MongoDocuments, mongo_store
from shared.stores.settings import EventStoreSettings
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from shared.stores.sqlite_transactions import immediate
from tests.shared.stores.boxes import PATIENT, Boxes, OpenBox
from tests.support.deadline import eventually

SOON = 12.0
"""Seconds: a little more than what one call may take."""


def test_postgresql_down_and_back() -> None:
    """
    Callers are told within their deadline; no process has to be restarted.
    """
    with running_database() as server:
        store = EventStoreSettings(postgres_dsn=server.new_database(), lock_timeout=2)
        log = Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())
        request = OpenBox(request_id=uuid4(), record_id=uuid4(), label="x")
        log.open_box(request, PATIENT)

        server.stop()
        started = time.monotonic()
        with pytest.raises(Unavailable):
            log.open_box(request.model_copy(update={"request_id": uuid4()}), PATIENT)
        assert time.monotonic() - started < SOON

        server.start()

        def answers() -> int:
            try:
                return log.open_box(request, PATIENT).position
            except Unavailable:
                return 0

        assert eventually(answers, within=30) == 1
        log.close()


def test_who_would_lead_meets_an_outage() -> None:
    """
    What loops tell from a mistake: nothing is parked for it, and nobody is woken by an error.
    """
    with running_database() as server:
        store = EventStoreSettings(postgres_dsn=server.new_database(), lock_timeout=2)
        log = Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())
        server.stop()
        with pytest.raises(INFRASTRUCTURE), log.leader("relay"):
            raise AssertionError("nobody leads")
        log.close()


def test_a_file_that_cannot_be_opened_any_more(tmp_path: Path) -> None:
    """
    As when a process has no files left: out of reach for a while, like a server that is down.
    """
    log = Boxes(EventStoreSettings(data_dir=tmp_path), LocalKeys(bytes(32), "boxes"), SystemClock())
    pool = log.guarded.datastore.pool  # type: ignore[attr-defined]  # of SQLite's
    while pool._idle:
        pool._idle.pop().close()
    for file in tmp_path.glob("boxes.db*"):
        file.unlink()
    (tmp_path / "boxes.db").mkdir()
    with pytest.raises(INFRASTRUCTURE):
        log.head()
    with pytest.raises(Unavailable):
        log.open_box(OpenBox(request_id=uuid4(), record_id=uuid4(), label="x"), PATIENT)
    log.close()


def test_sqlite_held_by_another_process(tmp_path: Path) -> None:
    """
    A writer that does not end: the others wait a bounded time, and nothing is half written.
    """
    view = SqliteDocuments(sqlite_store(tmp_path / "views.db"), "things", 1, ())
    started = time.monotonic()

    with immediate(sqlite_store(tmp_path / "views.db")) as _, pytest.raises(Unavailable):
        view.apply([Put("a", {})], At(source="log", epoch="e", previous=0, position=1))

    assert time.monotonic() - started < SOON
    assert view.get("a") is None


def test_mongodb_down() -> None:
    """
    Nobody listens: told after the time given to find a server.
    """
    store = mongo_store("mongodb://127.0.0.1:1/?connectTimeoutMS=200", "none")
    started = time.monotonic()

    with pytest.raises(Unavailable):
        MongoDocuments(store, "things", 1, ())
    assert time.monotonic() - started < SOON
    store.client.close()
