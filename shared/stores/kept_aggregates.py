"""Aggregates of several events, kept in memory as of some version, sealed as a snapshot would be.

They are never given as they are: what the log holds above that version is read and applied, at
every call. What opens a kept one is the key of its stream, asked for at every call too: where
that key was destroyed nothing of it is given, and nothing of it lies in memory in clear.
"""

import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import AggregateRecorder, Mapper, StoredEvent

from shared.crypto.event_cipher import RowIdentity, open_state, read_header, seal_state
from shared.crypto.keys import SERVICE_KEY_ID, Keys

LONG = 2
"""Events applied in one call from which it is worth keeping the result: opening that costs as much
as opening one of them."""
SIZE = 8 * 1024 * 1024
"""Bytes kept, sealed; the one not asked for the longest goes first."""


@dataclass(frozen=True)
class Kept:
    version: int
    key_id: UUID
    sealed: bytes


class KeptAggregates:
    def __init__(
        self, store: str, keys: Keys, recorder: AggregateRecorder, mapper: Mapper[UUID]
    ) -> None:
        self._store = store
        self._keys = keys
        self._recorder = recorder
        self._mapper = mapper
        self._kept: OrderedDict[UUID, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, aggregate_id: UUID, version: int | None = None) -> Aggregate | None:
        """As the log has it now; ``None`` if there is none. ``version``: the stream's, if the
        caller has just read that; it spares reading it again.
        """
        kept = self._find(aggregate_id)
        if kept and version == kept.version:
            return self._open(aggregate_id, kept)
        after = kept.version if kept else None
        rows = self._recorder.select_events(aggregate_id, gt=after)
        aggregate: Any = self._open(aggregate_id, kept) if kept else None
        for row in rows:
            aggregate = self._mapper.to_domain_event(row).mutate(aggregate)  # type: ignore[attr-defined]  # ours all can
        if len(rows) >= LONG and aggregate is not None:
            self._keep(aggregate, kept, rows)
        return aggregate if isinstance(aggregate, Aggregate) else None

    def _find(self, aggregate_id: UUID) -> Kept | None:
        with self._lock:
            kept = self._kept.get(aggregate_id)
            if kept:
                self._kept.move_to_end(aggregate_id)
            return kept

    def _open(self, aggregate_id: UUID, kept: Kept) -> Aggregate:
        place = self._place(aggregate_id, kept.version)
        plain = open_state(self._keys, place, kept.sealed)
        aggregate: Aggregate = pickle.loads(plain)  # noqa: S301 - sealed by us
        return aggregate

    def _keep(self, aggregate: Aggregate, former: Kept | None, rows: Sequence[StoredEvent]) -> None:
        """Not if the stream is under more than one key: it would outlive one of them."""
        key_ids = {read_header(row.state).key_id for row in rows}
        if former:
            key_ids.add(former.key_id)
        if len(key_ids) > 1:
            return
        (key_id,) = key_ids
        key = self._keys.current(None if key_id == SERVICE_KEY_ID else key_id)
        place = self._place(aggregate.id, aggregate.version)
        sealed = seal_state(key, place, pickle.dumps(aggregate))
        with self._lock:
            self._forget(aggregate.id)
            self._kept[aggregate.id] = Kept(aggregate.version, key_id, sealed)
            self._bytes += len(sealed)
            while self._bytes > SIZE:
                self._forget(next(iter(self._kept)))

    def _forget(self, aggregate_id: UUID) -> None:
        if former := self._kept.pop(aggregate_id, None):
            self._bytes -= len(former.sealed)

    def _place(self, aggregate_id: UUID, version: int) -> RowIdentity:
        return RowIdentity(self._store, aggregate_id, version, "kept")
