"""Every service's log is its outbox: its listed events as linked messages, read from the rows."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from eventsourcing.utils import resolve_topic

from shared.eventing.codec import TransportKeys, encode, encode_void
from shared.eventing.messages import Envelope, Head, LeafBatch, MessageFor, Pulled
from shared.kernel.errors import InvalidRequest
from shared.stores.event_log import EventLog, Recorded

PAGE = 200
"""Rows read at once."""
MAX_LIMIT = 500
"""Messages or leaves in one answer."""


class OutboxReader:
    """Answers ``events``, ``head`` and ``leaves`` of a service, and feeds its relay.

    Nothing is kept between two calls: what it says is what the log holds now.
    """

    def __init__(
        self, log: EventLog, message_for: MessageFor, transport_keys: TransportKeys
    ) -> None:
        self._log = log
        self._message_for = message_for
        self._keys = transport_keys
        self._listed = lru_cache(maxsize=None)(self._has_handler)

    def events(self, after: int, limit: int) -> dict[str, Any]:
        """At most ``limit`` messages above position ``after``, as :class:`Pulled`."""
        _refuse_senseless(after, limit)
        row = self._row_at(after)
        last = row if row and self._listed(row.topic) else self._last_listed(self._within(after))
        envelopes: list[Envelope] = []
        for row_ in self._listed_rows(after):
            envelopes.append(self.envelope(row_, last))
            last = row_
            if len(envelopes) == limit:
                break
        return Pulled(
            epoch=self._log.head().epoch,
            head=self._head(),
            after=row.digest if row else None,
            envelopes=envelopes,
        ).model_dump(mode="json")

    def head(self) -> dict[str, Any]:
        """Where the last message of the log is, as :class:`Head`."""
        return self._head().model_dump(mode="json")

    def leaves(self, after: int, limit: int) -> dict[str, Any]:
        """At most ``limit`` digests above position ``after``, as :class:`LeafBatch`."""
        _refuse_senseless(after, limit)
        return self.leaf_batch(after, limit).model_dump(mode="json")

    def check(self) -> str | None:
        """For readiness: a sentence if the log cannot be read."""
        return self._log.check()

    def leaf_batch(self, after: int, limit: int) -> LeafBatch:
        found = self._log.leaves(after, limit)
        return LeafBatch(
            service=self._log.name,
            epoch=found.epoch,
            after=found.after,
            to=found.to,
            leaves=list(found.leaves),
        )

    def envelope(self, row: Recorded, last: Recorded | None) -> Envelope:
        """The message of a listed row, linked to the one before it."""
        header = {
            "key": f"{row.originator_id}.{row.originator_version}",
            "epoch": row.epoch,
            "position": row.position,
            "digest": row.digest,
            "previous": last.position if last else 0,
            "previous_digest": last.digest if last else "",
            "occurred_at": getattr(row.event, "timestamp", None),
        }
        message = self._message_for(row.event) if row.event else None
        if message is None:
            return encode_void(service=self._log.name, record=row.record_id, header=header)
        return encode(message, service=self._log.name, header=header, keys=self._keys)

    def is_listed(self, row: Recorded) -> bool:
        return self._listed(row.topic)

    def last_listed(self) -> Recorded | None:
        return self._last_listed(self._log.head().position + 1)

    def _has_handler(self, topic: str) -> bool:
        """By class, not by content: a row that cannot be opened any more is still listed."""
        cls = resolve_topic(topic)
        return self._message_for.dispatch(cls) is not self._message_for.dispatch(object)

    def _head(self) -> Head:
        last = self.last_listed()
        if last is None:
            return Head(epoch=self._log.head().epoch, position=0, digest="")
        return Head(epoch=last.epoch, position=last.position, digest=last.digest)

    def _row_at(self, position: int) -> Recorded | None:
        rows = self._log.read(position - 1, 1) if position else []
        return rows[0] if rows and rows[0].position == position else None

    def _within(self, position: int) -> int:
        """Who asks may stand beyond the end: the log was put back, or they made it up."""
        return min(position, self._log.head().position + 1)

    def _listed_rows(self, after: int) -> Iterator[Recorded]:
        while rows := self._log.read(after, PAGE):
            yield from self._only_listed(rows)
            after = rows[-1].position

    def _last_listed(self, before: int) -> Recorded | None:
        """Walks back, for the rare reader that stands on no message; pages double in size."""
        size = 8
        while before > 1:
            start = max(0, before - 1 - size)
            rows = [r for r in self._log.read(start, size) if r.position < before]
            if found := [*self._only_listed(rows)]:
                return found[-1]
            before, size = start + 1, min(size * 2, PAGE)
        return None

    def _only_listed(self, rows: Iterable[Recorded]) -> Iterator[Recorded]:
        return (row for row in rows if self._listed(row.topic))


def _refuse_senseless(after: int, limit: int) -> None:
    if after < 0:
        raise InvalidRequest(fields={"after": "a position is 0 or more"})
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidRequest(fields={"limit": f"between 1 and {MAX_LIMIT}"})
