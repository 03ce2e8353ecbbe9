"""What is compared: ours, and the same work without our guarantees."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import ClassVar
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from pydantic import BaseModel

from shared.auth.development import DevelopmentIssuer
from shared.crypto.blob_cipher import open_stream, seal_stream
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import ActorKind
from shared.kernel.clock import SystemClock
from shared.rpc.client import RpcClient
from shared.stores.event_log import EventLog
from shared.stores.outcome import Outcome
from shared.stores.settings import EventStoreSettings

SAVES = 300
CALLS = 200
CONTENT = 32 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Measure:
    """``ours`` and ``plain``: how many of ``unit`` in a second."""

    what: str
    against: str
    unit: str
    ours: float
    plain: float

    @property
    def ratio(self) -> float:
        return self.ours / self.plain


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


class Bare(Application[UUID]):
    """The library alone on the same engine: nothing sealed, nothing guarded."""

    name = "bare"
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "eventsourcing.sqlite"}


def saving() -> Measure:
    with tempfile.TemporaryDirectory() as folder:
        keys = LocalKeys(os.urandom(32), "bench")
        ours = Guarded(EventStoreSettings(data_dir=Path(folder)), keys, SystemClock())
        plain = Bare(env={"SQLITE_DBNAME": str(Path(folder) / "bare.db")})
        record_id, relied_on = uuid4(), {uuid4(): 0}
        try:
            guarded = _rate(
                SAVES,
                lambda: ours.commit(
                    Outcome(answer=Nothing(), save=[Note(record_id, "text")], relied_on=relied_on)
                ),
            )
            bare = _rate(SAVES, lambda: plain.save(Note(record_id, "text")))
        finally:
            ours.close()
            plain.close()
    return Measure(
        what="events saved, sealed and guarded (SQLite)",
        against="saved by the library alone",
        unit="events/s",
        ours=guarded,
        plain=bare,
    )


def sealing() -> Measure:
    keys, content = LocalKeys(os.urandom(32), "bench"), os.urandom(CONTENT)
    key = keys.current(uuid4())

    def chunks() -> Iterator[bytes]:
        return (content[at : at + CHUNK] for at in range(0, CONTENT, CHUNK))

    def there_and_back() -> None:
        for _ in open_stream(seal_stream(chunks(), key), keys):
            pass

    return Measure(
        what="content sealed and opened again",
        against="hashed with SHA-256",
        unit="MiB/s",
        ours=_rate(1, there_and_back) * CONTENT / 2**20,
        plain=_rate(1, lambda: hashlib.sha256(content)) * CONTENT / 2**20,
    )


def calling(amqp_uri: str, issuer: DevelopmentIssuer) -> Measure:
    """One caller in sequence; the same service answers both."""
    arguments = {"text": "essai"}
    token = issuer.token(ActorKind.PATIENT, record_id=str(uuid4()))

    def kept(client: RpcClient) -> None:
        client.call("directory", "search_professionals", arguments, token=token)

    def anew() -> None:
        with RpcClient(amqp_uri) as client:
            kept(client)

    with RpcClient(amqp_uri) as client:
        kept(client)
        ours = _rate(CALLS, lambda: kept(client))
    return Measure(
        what="calls answered, one kept connection",
        against="a connection for each call",
        unit="calls/s",
        ours=ours,
        plain=_rate(CALLS // 10, anew),
    )


def _rate(times: int, work: Callable[[], object]) -> float:
    began = perf_counter()
    for _ in range(times):
        work()
    return times / (perf_counter() - began)
