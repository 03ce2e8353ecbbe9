"""Publishes a service's log to RabbitMQ: in order, at least once, skipping nothing.

The position is written after the broker has confirmed. A relay that dies between the two
publishes the same again; followers drop what they have.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from shared.eventing.broker import Outgoing, Publisher
from shared.eventing.codec import runs_of
from shared.eventing.freshness import Freshness
from shared.eventing.head_watch import GATHER, HeadWatch
from shared.eventing.loop import Loop
from shared.eventing.messages import Envelope, Head, Run
from shared.eventing.metrics import LOG_POSITION, PUBLISHED, PUBLISHED_FRESH, PUBLISHED_POSITION
from shared.eventing.outbox import OutboxReader
from shared.stores.event_log import EventLog, Recorded
from shared.stores.guard import Leadership
from shared.stores.places import Moved, Published

BATCH = 200
"""Rows published and confirmed at once."""
ANNOUNCE, RARELY = 1.0, 8.0
"""Seconds of silence after which the head is announced, and to which they double."""
MESSAGES, LEAVES = "messages", "leaves"


def events_exchange(service: str) -> str:
    return f"{service}.events"


def leaves_exchange(service: str) -> str:
    return f"{service}.leaves"


@dataclass(frozen=True)
class Exchanges:
    """Kept channels of one relay, to its two exchanges."""

    events: Publisher
    leaves: Publisher

    @classmethod
    def open(cls, amqp_uri: str, service: str) -> "Exchanges":
        return cls(
            Publisher(amqp_uri, events_exchange(service), "topic"),
            Publisher(amqp_uri, leaves_exchange(service), "fanout"),
        )

    def confirm(self) -> None:
        self.leaves.confirm()
        self.events.confirm()

    def beat(self) -> None:
        self.leaves.beat()
        self.events.beat()

    def close(self) -> None:
        self.events.close()
        self.leaves.close()


class Relay:
    """One turn at a time; :class:`RelayLoop` keeps it turning."""

    def __init__(self, log: EventLog, outbox: OutboxReader, exchanges: Exchanges) -> None:
        self._log = log
        self._outbox = outbox
        self._exchanges = exchanges
        self._announced = self._beaten = 0.0
        self._silence = ANNOUNCE
        self._reached = self._messages = 0
        self.done = -1
        """Head of the log when there was nothing to publish below it."""
        self._fresh = Freshness(PUBLISHED_FRESH.labels(log.name))

    def turn(self) -> bool:
        """Publish what is new; announce the head in a silence. Says if there was anything.

        Leaves first: a message that cannot be published must not keep events from the
        transparency log. Raises ``PositionMoved`` if another relay works on this log too.
        """
        head = self._log.recorder.max_notification_id() or 0
        worked = head != self.done and self._publish()
        LOG_POSITION.labels(self._log.name).set(head)
        self._fresh.note(head=head, reached=self._reached if worked else head)
        now = time.monotonic()
        if worked:
            self._announced, self._silence = now, ANNOUNCE
            return True
        self.done = head
        if now - self._announced >= self._silence:
            self._announce()
            self._announced, self._silence = now, min(2 * self._silence, RARELY)
        if now - self._beaten >= ANNOUNCE:
            self._exchanges.beat()
            self._beaten = now
        return False

    def _publish(self) -> bool:
        """Both are sent, then both confirmed, then both positions move in one write."""
        sent = [*self._send_leaves()]
        try:
            sent += self._send_messages()
        finally:
            if sent:
                self._exchanges.confirm()
                self._log.places.publish(*sent)
        self._log.causes.forget(self._reached)
        PUBLISHED.labels(self._log.name).inc(self._messages)
        PUBLISHED_POSITION.labels(self._log.name).set(self._reached)
        return bool(sent)

    def _send_messages(self) -> Sequence[Moved]:
        before = self._log.places.published(MESSAGES)
        self._reached, self._messages = before.position, 0
        rows = self._log.read(before.position, BATCH)
        if not rows:
            return ()
        last = self._row_at(before.last)
        batch: list[Envelope] = []
        for row in rows:
            if self._outbox.is_listed(row):
                batch.append(self._outbox.envelope(row, last))
                last = row
        runs = runs_of(batch, self._log.causes.of(envelope.position for envelope in batch))
        self._exchanges.events.send([_outgoing(run) for run in runs])
        self._reached, self._messages = rows[-1].position, len(batch)
        reached = Published(self._reached, last.position if last else 0)
        return (Moved(MESSAGES, before, reached),)

    def _send_leaves(self) -> Sequence[Moved]:
        before = self._log.places.published(LEAVES)
        batch = self._outbox.leaf_batch(before.position, BATCH)
        if batch.to == before.position:
            return ()
        self._exchanges.leaves.send([Outgoing("leaves", batch.model_dump_json())])
        return (Moved(LEAVES, before, Published(batch.to, batch.to)),)

    def _announce(self) -> None:
        last = self._row_at(self._log.places.published(MESSAGES).last)
        if last:
            head = Head(epoch=last.epoch, position=last.position, digest=last.digest)
        else:
            head = Head(epoch=self._log.head().epoch, position=0, digest="")
        self._exchanges.events.publish(
            [Outgoing("head", head.model_dump_json(), expires=10 * ANNOUNCE)]
        )

    def _row_at(self, position: int) -> Recorded | None:
        return self._log.read(position - 1, 1)[0] if position else None


def _outgoing(run: Run) -> Outgoing:
    return Outgoing(run.envelopes[0].type.partition(".")[2], run.model_dump_json())


def relay_loop(
    log: EventLog,
    outbox: OutboxReader,
    open_exchanges: Callable[[], Exchanges],
    watch: HeadWatch,
) -> Loop:
    """One relay leads per service, whatever the number of replicas; the others stand by."""

    def work(stop: Event, loop: Loop) -> None:
        with log.leader("relay") as leadership:
            if leadership.held():
                _lead(leadership, stop, loop)
            else:
                loop.turned()
                stop.wait(ANNOUNCE)

    def _lead(leadership: Leadership, stop: Event, loop: Loop) -> None:
        exchanges = open_exchanges()
        try:
            relay = Relay(log, outbox, exchanges)
            while leadership.held() and not stop.is_set():
                if relay.turn():
                    stop.wait(GATHER)
                else:
                    watch.wait(relay.done)
                loop.turned()
        finally:
            exchanges.close()

    return Loop(f"{log.name}.relay", work)
