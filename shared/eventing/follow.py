"""Follows one publisher: in order, nothing lost, effects once."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from threading import Event

from shared.eventing.broker import Delivery, Subscription
from shared.eventing.codec import Malformed, parse_delivery
from shared.eventing.following import Following
from shared.eventing.handling import Handling
from shared.eventing.links import Verdict, check, judge, judge_head, link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import INFRASTRUCTURE, Loop
from shared.eventing.messages import Envelope, Head, Pulled
from shared.eventing.metrics import FOLLOWED_FRESH, FOLLOWED_POSITION, MALFORMED
from shared.eventing.parking import Parking
from shared.eventing.received import Received
from shared.eventing.relay import events_exchange
from shared.eventing.together import Opened, Together
from shared.stores.event_log import Link
from shared.telemetry.logs import log

PULLED = 200
"""Messages asked for at once."""
IDLE = 1.0
"""Seconds to wait for a delivery before looking around."""


def queue_of(follower: str, publisher: str) -> str:
    return f"{follower}.from.{publisher}"


class Follower:
    """Brings a service to where a publisher's log is; no thread of its own. ``turned`` is called
    after each write: who catches up with much is at work, however long it takes."""

    def __init__(
        self, following: Following, source: str, views: LiveViews, turned: Callable[[], None]
    ) -> None:
        self._following = following
        self._turned = turned
        self._source = source
        self._views = views
        self._handling = Handling(following, views)
        self._together = Together(following, source, views, self._handling)
        self._at: Link | None = None
        self._fresh = FOLLOWED_FRESH.labels(following.log.name, source)

    def start(self) -> None:
        """Where do we stand, and what came meanwhile: the log is asked, not the broker."""
        self._views.admit()
        self._at = self._following.log.places.followed(self._source)
        self.catch_up()

    def catch_up(self) -> None:
        """Pull and apply up to where the log was at first: what is written meanwhile is delivered,
        and a publisher that never pauses is not pulled from for ever. Raises ``Mismatch`` before
        applying any message of a log that is not the one followed so far.
        """
        pulled = self._pulled()
        upto = pulled.head.position
        while envelopes := check(self._at, pulled):
            self._apply([Opened(e, self._opened_if_it_opens(e)) for e in envelopes])
            if envelopes[-1].position >= upto:
                break
            pulled = self._pulled()
        self._all_applied()

    def deliver(self, *deliveries: Delivery) -> None:
        """Do with each message what its links say; what is none of ours is counted and dropped,
        because what it may have stood for is pulled from the log.
        """
        run: list[Opened] = []
        for message, cause in self._messages(deliveries):
            verdict = self._judge(message, link_of(run[-1].envelope) if run else self._at)
            if verdict is Verdict.APPLY and isinstance(message, Envelope):
                try:
                    received = self._handling.open(message, self._source)
                except Malformed:
                    self._drop()
                else:
                    run.append(Opened(message, received, cause))
            if run and (verdict is not Verdict.APPLY or len(run) == PULLED):
                self._apply(run)
                run = []
            if verdict is Verdict.PULL:
                self.catch_up()
            elif isinstance(message, Head):
                self._all_applied()
        self._apply(run)

    def _messages(
        self, deliveries: Sequence[Delivery]
    ) -> Iterator[tuple[Envelope | Head, str | None]]:
        """One by one, with the trace that its event was saved in, where that is known."""
        for delivery in deliveries:
            try:
                found = parse_delivery(delivery.routing_key, delivery.body)
            except Malformed:
                self._drop()
                continue
            if isinstance(found, Head):
                yield found, None
            else:
                yield from ((e, found.causes.get(e.position)) for e in found.envelopes)

    def _drop(self) -> None:
        MALFORMED.labels(self._following.log.name, self._source).inc()
        log.warning("dropped a malformed delivery", publisher=self._source)

    def _judge(self, message: Envelope | Head, at: Link | None) -> Verdict:
        return judge_head(at, message) if isinstance(message, Head) else judge(at, message)

    def _opened_if_it_opens(self, envelope: Envelope) -> Received | None:
        """What does not, though it is the log's own word, is handled alone: tried, and parked."""
        try:
            return None if envelope.is_void else self._handling.open(envelope, self._source)
        except INFRASTRUCTURE:
            raise
        except Exception:  # noqa: BLE001 - told when it is handled
            return None

    def _apply(self, run: Sequence[Opened]) -> None:
        with self._views.lock:
            for reached in self._together.apply(run, self._at):
                self._at = reached
                self._turned()
        times = [e.envelope.occurred_at for e in run if e.envelope.occurred_at]
        if times:
            self._fresh.set(time.time() - self._age(times[-1]))

    def _all_applied(self) -> None:
        """The publisher has nothing more: its head, or the end of what was pulled, said so."""
        self._fresh.set_to_current_time()
        position = self._at.position if self._at else 0
        FOLLOWED_POSITION.labels(self._following.log.name, self._source).set(position)

    def _age(self, occurred_at: datetime) -> float:
        return (self._following.log.clock.now() - occurred_at).total_seconds()

    def _pulled(self) -> Pulled:
        after = self._at.position if self._at else 0
        return Pulled.model_validate(self._following.pull(self._source, after, PULLED))


def follow_loop(following: Following, source: str, views: LiveViews) -> Loop:
    """Acknowledges after the write. When anything fails the queue is left, and what was not
    acknowledged comes again; so does what a fenced-off consumer had fetched.
    """

    def work(stop: Event, loop: Loop) -> None:
        follower = Follower(following, source, views, loop.turned)
        parking = Parking(following, views)
        follower.start()
        with Subscription(
            following.amqp_uri,
            queue=queue_of(following.log.name, source),
            exchange=events_exchange(source),
            kind="topic",
        ) as subscription:
            while not stop.is_set():
                if deliveries := subscription.next(IDLE):
                    follower.deliver(*deliveries)
                    subscription.ack(deliveries)
                else:
                    parking.release()
                loop.turned()

    return Loop(f"{following.log.name}.from.{source}", work)
