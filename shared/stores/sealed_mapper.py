"""Between domain events and sealed rows: each record's events under that record's key."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    DatetimeAsISO,
    DecimalAsStr,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    Transcoder,
    Transcoding,
    UUIDAsHex,
)
from eventsourcing.utils import resolve_topic
from pydantic_core import from_json

from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.keys import Keys
from shared.kernel.ids import id_of


class SealedMapper(Mapper[UUID]):
    """Whoever reads an event, of one stream or of a whole log, in a service or with an auditor's
    keys, has it from :meth:`opened`."""

    def __init__(self, transcoder: Transcoder, *, store: str, keys: Keys) -> None:
        super().__init__(transcoder)
        self._store = store
        self._keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        plain = super().to_stored_event(domain_event)
        key = self._keys.current(record_of(domain_event))
        row = self._row(as_uuid(plain.originator_id), plain.originator_version, plain.topic)
        return replace(plain, state=seal_state(key, row, plain.state))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """As :meth:`opened`; what the library calls."""
        originator_id = as_uuid(stored_event.originator_id)
        version, topic = stored_event.originator_version, stored_event.topic
        return self.opened(originator_id, version, topic, stored_event.state)

    def opened(
        self, originator_id: UUID, version: int, topic: str, sealed: bytes
    ) -> DomainEventProtocol[UUID]:
        """Raise ``KeyErased`` for an erased record, which a rebuild may skip, ``KeyUnavailable``
        when it must stop and retry, ``NotAuthentic`` for a row tampered with.
        """
        plain = open_state(self._keys, self._row(originator_id, version, topic), sealed)
        state: dict[str, Any] = self.transcoder.decode(plain)
        state["originator_id"] = originator_id
        state["originator_version"] = version
        return _event_of(topic, state)

    def _row(self, originator_id: UUID, version: int, topic: str) -> RowIdentity:
        return RowIdentity(self._store, originator_id, version, topic)


class Shape(NamedTuple):
    """How events of a topic are now. ``upcasts[n - 1]``: changes a state of version ``n``."""

    kind: type[Any]
    upcasts: tuple[Callable[[dict[str, Any]], None], ...]


@cache
def _shape_of(topic: str) -> Shape:
    kind = resolve_topic(topic)
    versions = range(1, getattr(kind, "class_version", 1))
    return Shape(kind, tuple(getattr(kind, f"upcast_v{n}_v{n + 1}") for n in versions))


def _event_of(topic: str, state: dict[str, Any]) -> DomainEventProtocol[UUID]:
    """Without its constructor, as the library does: what was checked when it was written is not
    checked again."""
    kind, upcasts = _shape_of(topic)
    if upcasts or "class_version" in state:
        for upcast in upcasts[state.pop("class_version", 1) - 1 :]:
            upcast(state)
    made: DomainEventProtocol[UUID] = object.__new__(kind)
    object.__setattr__(made, "__dict__", state)
    return made


def as_uuid(originator_id: UUID | str) -> UUID:
    """The library allows both; our recorders give the first."""
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)


def record_of(event: object) -> UUID | None:
    """The record an event or a snapshot belongs to; ``None`` for the service's own."""
    own: UUID | None = getattr(event, "record_id", None)
    if own is None:
        state = getattr(event, "state", None)  # of a snapshot
        own = state.get("record_id") if isinstance(state, dict) else None
    return own


class DateAsISO(Transcoding):
    """Dates of birth, of death, of an act: a day without a time."""

    type = date
    name = "date_iso"

    def encode(self, obj: Any) -> str:
        return str(obj.isoformat())

    def decode(self, data: Any) -> date:
        return date.fromisoformat(data)


class QuickUUIDAsHex(UUIDAsHex):
    def decode(self, data: str) -> UUID:
        return id_of(data)


class QuickTranscoder(JSONTranscoder):
    """Reads what the library's own reads, and writes the same bytes, which are for ever.

    Most values with a type of their own are attributes of an event, not deep inside one: those
    are opened without a look at all the rest.
    """

    def decode(self, data: bytes) -> Any:
        try:
            # Only names come again: to remember values too costs more than it spares.
            found = from_json(data, cache_strings="keys")
        except ValueError:  # half a surrogate pair, which JSON allows
            return super().decode(data)
        left = data.count(TYPED)
        if left and isinstance(found, dict):
            for name, value in found.items():
                if type(value) is dict and len(value) == 2 and "_data_" in value:
                    known = self.names.get(value.get("_type_", ""))
                    if known:
                        found[name] = known.decode(value["_data_"])
                        left -= 1
        return super().decode(data) if left else found


TYPED = b'"_type_"'
"""Found once in each typed value, at least; a text that holds it has its quotes escaped."""


def our_transcoder() -> JSONTranscoder:
    """JSON with the types our events may have besides its own."""
    transcoder = QuickTranscoder()
    for transcoding in (QuickUUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO()):
        transcoder.register(transcoding)
    return transcoder
