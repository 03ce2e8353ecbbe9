"""Rows of a log: closed as their store keeps them, and opened."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol

from shared.crypto.event_cipher import read_header
from shared.stores.guard import Row
from shared.stores.places import EpochStart


class Recorded(NamedTuple):
    """One event of the log. ``event`` is ``None`` when its record was erased."""

    service: str
    epoch: str
    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes
    event: DomainEventProtocol[UUID] | None

    @property
    def record_id(self) -> UUID | None:
        """The record it belongs to, known of an erased one too; ``None`` for the service's own."""
        return read_header(self.state).record_id

    @property
    def digest(self) -> str:
        """That of its leaf; with epoch and position it makes a :class:`Link`."""
        return leaf_digest(self.service, self.epoch, Row(*self[2:7]))


def epoch_of(position: int, epochs: Sequence[EpochStart]) -> str:
    for start in reversed(epochs):
        if start.after < position:
            return start.epoch
    raise ValueError("no epoch begins before the first position")


def leaf_digest(service: str, epoch: str, row: Row) -> str:
    """SHA-256, in hex, of the clear header (canonical JSON), a zero byte and the sealed state."""
    canonical = (
        f'{{"epoch":{_text(epoch)},"originator_id":"{row.originator_id}",'
        f'"originator_version":{row.originator_version},"position":{row.position},'
        f'"service":{_text(service)},"topic":{_text(row.topic)}}}'
    )
    return hashlib.sha256(canonical.encode() + b"\0" + row.state).hexdigest()


@lru_cache
def _text(value: str) -> str:
    """As canonical JSON; the few epochs, services and topics there are come again and again."""
    return json.dumps(value, ensure_ascii=False)
