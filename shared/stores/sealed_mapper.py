"""Between domain events and sealed rows: each record's events under that record's key."""

from dataclasses import replace
from datetime import date
from typing import Any
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
from pydantic_core import from_json

from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.keys import Keys


class SealedMapper(Mapper[UUID]):
    """``to_domain_event`` raises ``KeyErased`` for an erased record, which a rebuild may skip,
    ``KeyUnavailable`` when it must stop and retry, ``NotAuthentic`` for a row tampered with.
    """

    def __init__(self, transcoder: Transcoder, *, store: str, keys: Keys) -> None:
        super().__init__(transcoder)
        self._store = store
        self._keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        plain = super().to_stored_event(domain_event)
        key = self._keys.current(record_of(domain_event))
        return replace(plain, state=seal_state(key, self._row(plain), plain.state))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        state = open_state(self._keys, self._row(stored_event), stored_event.state)
        return super().to_domain_event(
            StoredEvent(
                stored_event.originator_id,
                stored_event.originator_version,
                stored_event.topic,
                state,
            )
        )

    def _row(self, stored: StoredEvent) -> RowIdentity:
        return RowIdentity(
            self._store, as_uuid(stored.originator_id), stored.originator_version, stored.topic
        )


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


class QuickTranscoder(JSONTranscoder):
    """Reads what the library's own reads, and writes the same bytes, which are for ever.

    Most values with a type of their own are attributes of an event, not deep inside one: those
    are opened without a look at all the rest.
    """

    def decode(self, data: bytes) -> Any:
        try:
            found = from_json(data)
        except ValueError:  # half a surrogate pair, which JSON allows
            return super().decode(data)
        left = data.count(TYPED)
        if left and isinstance(found, dict):
            for name, value in found.items():
                if type(value) is dict and len(value) == 2 and value.get("_type_") in self.names:
                    found[name] = self.names[value["_type_"]].decode(value["_data_"])
                    left -= 1
        return super().decode(data) if left else found


TYPED = b'"_type_"'
"""Found once in each typed value, at least; a text that holds it has its quotes escaped."""


def our_transcoder() -> JSONTranscoder:
    """JSON with the types our events may have besides its own."""
    transcoder = QuickTranscoder()
    for transcoding in (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO()):
        transcoder.register(transcoding)
    return transcoder
