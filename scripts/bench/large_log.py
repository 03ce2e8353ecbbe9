"""A large log of the vault, as a service writes one, and how it is read again.

Imports little: what starts a process to read in waits for nothing else.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from services.vault.domain.opening import Opening
from shared.crypto.event_cipher import RowIdentity, seal_state
from shared.crypto.keys import Key
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

ROOT = bytes(range(32))
RECORDS = 1_000
SPACE = UUID("7f3c7a52-53c0-4c6e-9b55-1c9e27b6a001")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC = Opening.Created.TOPIC


class Vault(EventLog):
    name = "vault"


def generate(folder: Path, events: int) -> None:
    """Openings of documents, each a stream of its own, by a hundred professionals."""
    settings, clock, keys = EventStoreSettings(data_dir=folder), FixedClock(NOW), keys_of("vault")
    Vault(settings, keys, clock).close()
    records = [uuid5(SPACE, f"record {n}") for n in range(RECORDS)]
    with closing(sqlite3.connect(folder / "vault.db")) as store, store:
        store.executemany(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, 1, ?, ?)",
            (
                row_of("vault", keys.current(records[n % RECORDS]), records[n % RECORDS], n)
                for n in range(events)
            ),
        )


def row_of(store: str, key: Key, record: UUID, number: int) -> tuple[str, str, bytes]:
    """Originator, topic and sealed state of one opening."""
    opening = uuid5(SPACE, f"opening {number}")
    state = {
        "originator_topic": "vault.opening",
        "timestamp": {"_type_": "datetime_iso", "_data_": "2026-11-22T12:00:00+00:00"},
        "record_id": {"_type_": "uuid_hex", "_data_": record.hex},
        "by": {"kind": "professional", "id": f"81{number % 100:010}", "profession": "10"},
        "document_version": 1,
        "document_id": {"_type_": "uuid_hex", "_data_": opening.hex},
        "decision_id": {"_type_": "uuid_hex", "_data_": opening.hex},
        "mode": "normal",
        "confidentiality": ["N"],
    }
    plain = json.dumps(state, separators=(",", ":")).encode()
    identity = RowIdentity(store, opening, 1, TOPIC)
    return opening.hex, TOPIC, seal_state(key, identity, plain)


def keys_of(service: str) -> LocalKeys:
    return LocalKeys(ROOT, service)


@contextmanager
def opened_vault(folder: Path) -> Iterator[EventLog]:
    log = Vault(EventStoreSettings(data_dir=folder), keys_of("vault"), FixedClock(NOW))
    try:
        yield log
    finally:
        log.close()


def replayed(log: EventLog, piece: tuple[int, int]) -> int:
    """Events opened, in a stretch: ``after`` and ``upto``."""
    return sum(row.event is not None for row in log.replay(*piece))
