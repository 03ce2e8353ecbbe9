"""Our own parts alone: what a save, and the sealing of content, cost with their guarantees."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event
from pydantic import BaseModel

from scripts.bench.yardsticks import rate_of
from shared.crypto.blob_cipher import open_stream, seal_stream
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.event_log import EventLog
from shared.stores.outcome import Outcome
from shared.stores.settings import EventStoreSettings

CONTENT = 8 * 1024 * 1024
CHUNK = 64 * 1024


class Note(Aggregate):
    TOPIC = "bench.note"

    class Created(Aggregate.Created):
        TOPIC = "bench.note_written"
        record_id: UUID
        text: str

    @event(Created)
    def __init__(self, record_id: UUID, text: str) -> None:
        self.record_id = record_id
        self.text = text


class Nothing(BaseModel):
    """The answer of a save that nobody asked for."""


class Guarded(EventLog):
    name = "bench"


def saves(settings: EventStoreSettings) -> float:
    """Events a second, sealed and guarded, one a transaction."""
    log = Guarded(settings, LocalKeys(os.urandom(32), "bench"), SystemClock())
    record_id, relied_on = uuid4(), {uuid4(): 0}
    try:
        return rate_of(
            lambda: log.commit(
                Outcome(answer=Nothing(), save=[Note(record_id, "text")], relied_on=relied_on)
            )
        )
    finally:
        log.close()


def saves_on_sqlite() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return saves(EventStoreSettings(data_dir=Path(folder)))


def sealing() -> dict[str, float]:
    """MiB a second: sealed and opened again; and hashed alone, which is the least of it."""
    keys, content = LocalKeys(os.urandom(32), "bench"), os.urandom(CONTENT)
    key = keys.current(uuid4())

    def chunks() -> Iterator[bytes]:
        return (content[at : at + CHUNK] for at in range(0, CONTENT, CHUNK))

    def there_and_back() -> None:
        for _ in open_stream(seal_stream(chunks(), key), keys):
            pass

    mib = CONTENT / 2**20
    return {
        "sealed_and_opened_mib": rate_of(there_and_back, warm_up=3) * mib,
        "sha256_alone_mib": rate_of(lambda: hashlib.sha256(content), warm_up=3) * mib,
    }
