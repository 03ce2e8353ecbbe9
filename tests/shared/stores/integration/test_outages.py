"""A store that is down: a stable code, soon, and everything works again when it is back."""

import os
import socket
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import tuple_row

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

SILENCE = 15.0
"""Seconds that a connection may be silent where an answer, or one to the kernel, is due."""
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


def test_both_ends_notice_that_the_other_is_silent() -> None:
    """
    A machine or a network that goes away says nothing. Linux alone asks after two hours: as long a
    save waited, and the table's lock, or a leader's, stayed with who was no more.
    """
    with running_database() as server:
        dsn = server.new_database()
        log = Boxes(
            EventStoreSettings(postgres_dsn=dsn), LocalKeys(bytes(32), "boxes"), SystemClock()
        )
        recorder: Any = log.guarded
        with recorder.datastore.pool.connection() as used, recorder._lock_connection() as leading:
            for connection in (used, leading):
                assert 0 < gives_up_after(connection) <= SILENCE
                assert 0 < is_given_up_after(connection) <= SILENCE
        log.close()


def test_what_the_address_says_of_silence_counts() -> None:
    """
    An operator may know better, and has other words for the server too.
    """
    with running_database() as server:
        more = "?keepalives_idle=9&tcp_user_timeout=12000&options=-c%20work_mem%3D8MB"
        store = EventStoreSettings(postgres_dsn=server.new_database() + more)
        log = Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())
        with log.guarded.reading() as sql:
            asked = sql(
                "SELECT current_setting('work_mem') AS own,"
                " current_setting('tcp_keepalives_idle') AS ours"
            )
        assert asked == [("8MB", "5")]
        with log.guarded.datastore.pool.connection() as used:  # type: ignore[attr-defined]  # of PostgreSQL's
            assert option(used, socket.TCP_KEEPIDLE) == 9
            assert option(used, socket.TCP_USER_TIMEOUT) == 12_000
        log.close()


def gives_up_after(connection: psycopg.Connection[Any]) -> float:
    """Seconds until Linux does here, of what was sent and of nothing at all; 0 if it never does."""
    probes = option(connection, socket.TCP_KEEPCNT) * option(connection, socket.TCP_KEEPINTVL)
    unanswered = option(connection, socket.TCP_USER_TIMEOUT) / 1000
    asks = option(connection, socket.SO_KEEPALIVE, socket.SOL_SOCKET)
    found = max(option(connection, socket.TCP_KEEPIDLE) + probes, unanswered)
    return found if asks and unanswered else 0


def is_given_up_after(connection: psycopg.Connection[Any]) -> float:
    """The same of the server, which tells what it asked of its own Linux."""

    def told(name: str) -> int:
        asked = connection.cursor(row_factory=tuple_row)
        row = asked.execute("SELECT setting FROM pg_settings WHERE name = %s", [name]).fetchone()
        return int(row[0]) if row else 0

    probes = told("tcp_keepalives_count") * told("tcp_keepalives_interval")
    unanswered = told("tcp_user_timeout") / 1000
    return max(told("tcp_keepalives_idle") + probes, unanswered) if unanswered else 0


def option(connection: psycopg.Connection[Any], name: int, level: int = socket.IPPROTO_TCP) -> int:
    with socket.socket(fileno=os.dup(connection.fileno())) as same:
        return same.getsockopt(level, name)


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
