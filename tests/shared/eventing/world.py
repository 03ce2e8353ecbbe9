"""A publisher and a follower on real stores, and threads to run their loops in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from shared.crypto.local_keys import LocalKeys
from shared.eventing.entrypoints import Following, Projecting
from shared.eventing.following import Policy
from shared.eventing.loop import Loop
from shared.eventing.outbox import OutboxReader
from shared.eventing.view import View
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.shared.eventing.sample import (
    POLICIES,
    DayKeys,
    Journal,
    NoteList,
    Notes,
    Tally,
    message_for,
)

ROOT = b"r" * 32


@dataclass
class World:
    """``notes_store`` and ``tally_store``: where their logs are. Views are SQLite files."""

    notes_store: EventStoreSettings
    tally_store: EventStoreSettings
    views: Path
    amqp_uri: str = ""
    notes_keys: LocalKeys = field(default_factory=lambda: LocalKeys(ROOT, "notes"))
    tally_keys: LocalKeys = field(default_factory=lambda: LocalKeys(ROOT, "tally"))

    def __post_init__(self) -> None:
        self.notes = self.open_notes()
        self.tally = self.open_tally()
        self.pulls: list[tuple[str, int]] = []

    def open_notes(self) -> Notes:
        return Notes(self.notes_store, self.notes_keys, SystemClock())

    def open_tally(self) -> Tally:
        return Tally(self.tally_store, self.tally_keys, SystemClock())

    @property
    def outbox(self) -> OutboxReader:
        return OutboxReader(self.notes, message_for, DayKeys())

    def pull(self, service: str, after: int, limit: int) -> Mapping[str, Any]:
        """What the RPC ``notes.events`` answers."""
        self.pulls.append((service, after))
        return self.outbox.events(after, limit)

    def documents(self, name: str, version: int = 1) -> SqliteDocuments:
        store = sqlite_store(self.views / f"{name}.views.db")
        return SqliteDocuments(store, name, version, ("record_id",))

    def following(
        self,
        policies: Mapping[str, Policy] | None = None,
        *,
        tally: Tally | None = None,
        views: Sequence[View] | None = None,
    ) -> Following:
        journal = [View(Journal(), self.documents("journal"))]
        return Following(
            log=tally or self.tally,
            sources=("notes",),
            policies=POLICIES if policies is None else policies,
            transport_keys=DayKeys(),
            pull=self.pull,
            amqp_uri=self.amqp_uri,
            views=journal if views is None else views,
        )

    def projecting(self) -> Projecting:
        return Projecting(
            log=self.notes,
            message_for=message_for,
            transport_keys=DayKeys(),
            amqp_uri=self.amqp_uri,
            prove=lambda *_: [],
            views=[View(NoteList(), self.documents("notes"))],
        )


@contextmanager
def running(*loops: Loop) -> Iterator[None]:
    """The loops in threads of their own, stopped and joined at the end."""
    stop = Event()
    threads = [Thread(target=loop.run, args=(stop,), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
        assert not any(thread.is_alive() for thread in threads)
