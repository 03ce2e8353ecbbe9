"""Run by a test: under eventlet, what do other green threads do while SQLite is waited for?

Prints four numbers: how often a ticker turned while another wrote, and while the disk took
its time; how many saves are in the log, of which one was killed while the disk took it; and how
many of them are there whose savers were told so. The folder is the argument.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from eventlet.patcher import original
from eventsourcing.sqlite import SQLiteConnection

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Boxes, OpenBox

WRITES, SYNCS = 0.8, 0.5
"""Seconds that another has the file to write, and of a slow disk's sync."""
ticks = 0
told = 0
committed = SQLiteConnection.commit


def tick() -> None:
    global ticks  # noqa: PLW0603 - a script of two screens
    while True:
        ticks += 1
        eventlet.sleep(0.05)


def slowly(connection: SQLiteConnection) -> None:
    original("time").sleep(SYNCS)
    committed(connection)


def save() -> None:
    global told  # noqa: PLW0603 - as above
    log.open_box(OpenBox(request_id=uuid4(), record_id=uuid4(), label="x"), PATIENT)
    told += 1


def while_another_writes() -> None:
    other = sqlite3.connect(Path(sys.argv[1]) / "boxes.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    eventlet.spawn_after(WRITES, other.rollback)
    save()
    other.close()


def turned_while(work: Callable[[], None]) -> int:
    before = ticks
    work()
    return ticks - before


store = EventStoreSettings(data_dir=Path(sys.argv[1]))
log = Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())
eventlet.spawn(tick)
waited = turned_while(while_another_writes)
patch.object(SQLiteConnection, "commit", slowly).start()  # no disk here is that slow
synced = turned_while(save)
killed = eventlet.spawn(save)
eventlet.sleep(SYNCS / 5)
killed.kill()
save()
print(waited, synced, log.head().position, told)  # noqa: T201 - its answer
log.close()
