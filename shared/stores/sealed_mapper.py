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
            self._store,
            UUID(str(stored.originator_id)),
            stored.originator_version,
            stored.topic,
        )


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


def our_transcoder() -> JSONTranscoder:
    """JSON with the types our events may have besides its own."""
    transcoder = JSONTranscoder()
    for transcoding in (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO()):
        transcoder.register(transcoding)
    return transcoder
