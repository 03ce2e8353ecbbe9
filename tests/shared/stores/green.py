"""Run by a test: under eventlet, does another green thread go on while a store is waited for?

Prints how many times a ticker turned during a query of one second, and the length of a text that
was sent and answered. The DSN is the argument.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sys

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import Boxes

ticks = 0
MORE_THAN_A_SOCKET_HOLDS = 30_000_000


def tick() -> None:
    global ticks  # noqa: PLW0603 - a script of one screen
    while True:
        ticks += 1
        eventlet.sleep(0.05)


store = EventStoreSettings(postgres_dsn=sys.argv[1])
log = Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())
eventlet.spawn(tick)
with log.guarded.reading() as sql:
    sql("SELECT pg_sleep(1)")
turned = ticks
with log.guarded.reading() as sql:
    [(length,)] = sql("SELECT length(?)", "x" * MORE_THAN_A_SOCKET_HOLDS)
print(turned, length)  # noqa: T201 - its answer
log.close()
