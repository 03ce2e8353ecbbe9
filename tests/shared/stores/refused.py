"""Run by a test: a log that its database refuses, built where a service might be.

The DSN and where are the arguments: ``alone``, in a green thread that nobody waits for, or
``kept``, by who keeps the refusal until the collector finds it while the hub runs.
"""

import shared.rpc.green  # noqa: F401, I001 - before anything else: it patches

import gc
import sys

import eventlet

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import Boxes

dsn, where = sys.argv[1:]
kept: list[SystemExit] = []
collected = eventlet.Event()


def build() -> None:
    Boxes(EventStoreSettings(postgres_dsn=dsn), LocalKeys(bytes(32), "boxes"), SystemClock())


def build_and_keep() -> None:
    try:
        build()
    except SystemExit as refused:
        kept.append(refused)


def collect() -> None:
    collected.send(kept.pop().code)
    gc.collect()


if where == "alone":
    eventlet.spawn(build)
    eventlet.sleep(60)
gc.disable()
eventlet.spawn(build_and_keep).wait()
eventlet.hubs.get_hub().schedule_call_global(0, collect)
sys.exit(collected.wait())
