"""The services' events, opened and read from their stores with no service running."""

import heapq
import importlib
import json
import pkgutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import resolve_topic

from services.audit.adapters.contents import KeysOf
from services.audit.adapters.event_stores import Stores, Stretch
from services.audit.domain.stored import StoredRow
from services.audit.domain.told import ERASED, Told
from shared.crypto.event_cipher import read_header
from shared.crypto.keys import KeyErased
from shared.eventing.messages import MessageFor
from shared.stores.sealed_mapper import SealedMapper, our_transcoder

BEGINNING = datetime.min.replace(tzinfo=UTC)
Advance = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A row and its event; ``event`` is ``None`` when its record was erased."""

    row: StoredRow
    record: UUID | None
    event: Any | None
    at: datetime


class Reader:
    """Opens events of any service. Raises ``KeyUnavailable`` when a key is out of reach,
    ``NotAuthentic`` for a row that was changed: verify first."""

    def __init__(self, stores: Stores, keys_of: KeysOf, advance: Advance = lambda _: None) -> None:
        self._stores = stores
        self._keys_of = keys_of
        self._advance = advance

    def opened(
        self, service: str, record: UUID | None = None, topics: Collection[str] = ()
    ) -> Iterator[Opened]:
        """In the order of that service's log. ``record``: its events alone are opened, with its
        keys alone. ``topics``: the others are passed over, closed."""
        return self._open(service, self._stores.rows(service, record), topics)

    def stream(self, service: str, originator: UUID) -> Iterator[Opened]:
        """One stream alone."""
        return self._open(service, self._stores.stream(service, originator), ())

    def message_at(self, service: str, position: int) -> Told | None:
        """What the service said by its event at that position; ``None`` if it said nothing there,
        or has no such event."""
        rows = self._stores.read(Stretch(service, position - 1, position))
        for opened in self._open(service, iter(rows), ()):
            return vocabulary(service).told(opened)
        return None

    def _open(
        self, service: str, rows: Iterator[StoredRow], topics: Collection[str]
    ) -> Iterator[Opened]:
        vocabulary(service)  # its topics are known from here on
        mapper = SealedMapper(our_transcoder(), store=service, keys=self._keys_of(service))
        at = BEGINNING
        for row in rows:
            self._advance(1)
            if topics and row.topic not in topics:
                continue
            event = _event(mapper, row)
            at = getattr(event, "timestamp", at)
            yield Opened(row=row, record=read_header(row.state).record_id, event=event, at=at)

    def told(self, *, record: UUID | None = None, services: Collection[str] = ()) -> Iterator[Told]:
        """Every message of those services (all), oldest first as far as their clocks agree."""
        names = [name for name in self._stores.services() if not services or name in services]
        return heapq.merge(*(self._of(name, record) for name in names), key=lambda told: told.at)

    def _of(self, service: str, record: UUID | None) -> Iterator[Told]:
        words = vocabulary(service)
        for opened in self.opened(service, record):
            if words.is_listed(opened.row.topic):
                told = words.told(opened)
                if told:
                    yield told


@dataclass(frozen=True)
class Vocabulary:
    """What a service's events are, and what it says of them to others."""

    service: str
    message_for: MessageFor

    @cached_property
    def _default(self) -> Any:
        return self.message_for.dispatch(object)

    @cache  # noqa: B019 - one vocabulary per service, for as long as we run
    def is_listed(self, topic: str) -> bool:
        return self.message_for.dispatch(resolve_topic(topic)) is not self._default

    def told(self, opened: Opened) -> Told | None:
        row, record = opened.row, opened.record
        place: dict[str, Any] = {
            "service": row.service,
            "epoch": row.epoch,
            "position": row.position,
            "at": opened.at,
        }
        if opened.event is None:
            return Told(**place, type=ERASED, record=record)
        message = self.message_for(opened.event)
        if message is None:
            return None
        data = json.loads(message.model_dump_json(warnings=False))  # as it travels
        return Told(**place, type=message.TYPE, record=message.record_id or record, data=data)


@cache
def vocabulary(service: str) -> Vocabulary:
    """Loads every module that may define an event: topics are known from then on."""
    package = importlib.import_module(f"services.{service}")
    for module in pkgutil.walk_packages(package.__path__, f"services.{service}."):
        if module.name.split(".")[2] in {"application", "domain"}:
            importlib.import_module(module.name)
    return Vocabulary(service, importlib.import_module(f"services.{service}.messages").message_for)


def _event(mapper: SealedMapper, row: StoredRow) -> Any | None:
    stored = StoredEvent(UUID(row.originator_id), row.originator_version, row.topic, row.state)
    with suppress(KeyErased):
        return mapper.to_domain_event(stored)
    return None
