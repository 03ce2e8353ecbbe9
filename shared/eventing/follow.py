"""Follows one publisher: in order, nothing lost, effects once."""

import time
from datetime import datetime
from threading import Event

from shared.eventing.broker import Delivery, Subscription
from shared.eventing.codec import Malformed, parse_delivery
from shared.eventing.following import Following
from shared.eventing.handling import Handling
from shared.eventing.links import Verdict, check, judge, judge_head, link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import Loop
from shared.eventing.messages import Envelope, Head, Pulled
from shared.eventing.metrics import FOLLOWED_FRESH, FOLLOWED_POSITION, MALFORMED
from shared.eventing.parking import Parking
from shared.eventing.relay import events_exchange
from shared.stores.event_log import Link
from shared.telemetry.logs import log

PULLED = 200
"""Messages asked for at once."""
IDLE = 1.0
"""Seconds to wait for a delivery before looking around."""


def queue_of(follower: str, publisher: str) -> str:
    return f"{follower}.from.{publisher}"


class Follower:
    """Brings a service to where a publisher's log is; no thread of its own."""

    def __init__(self, following: Following, source: str, views: LiveViews) -> None:
        self._following = following
        self._source = source
        self._views = views
        self._handling = Handling(following, views)
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
            for envelope in envelopes:
                self._apply(envelope)
            if envelopes[-1].position >= upto:
                break
            pulled = self._pulled()
        self._all_applied()

    def deliver(self, delivery: Delivery) -> None:
        """Do with a delivery what its links say; one that is none of our messages is counted
        and dropped, because what it may have stood for is pulled from the log.
        """
        try:
            message = parse_delivery(delivery.routing_key, delivery.body)
            verdict = self._judge(message)
            if verdict is Verdict.APPLY and isinstance(message, Envelope):
                self._handling.open(message, self._source)
                self._apply(message, delivery.traceparent)
        except Malformed:
            MALFORMED.labels(self._following.log.name, self._source).inc()
            log.warning("dropped a malformed delivery", publisher=self._source)
            return
        if verdict is Verdict.PULL:
            self.catch_up()
        elif isinstance(message, Head):
            self._all_applied()

    def _judge(self, message: Envelope | Head) -> Verdict:
        if isinstance(message, Head):
            return judge_head(self._at, message)
        return judge(self._at, message)

    def _apply(self, envelope: Envelope, cause: str | None = None) -> None:
        with self._views.lock:
            self._handling.apply(envelope, self._source, self._at, cause)
        self._at = link_of(envelope)
        if envelope.occurred_at:
            self._fresh.set(time.time() - self._age(envelope.occurred_at))

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
        follower = Follower(following, source, views)
        parking = Parking(following, views)
        follower.start()
        with Subscription(
            following.amqp_uri,
            queue=queue_of(following.log.name, source),
            exchange=events_exchange(source),
            kind="topic",
        ) as subscription:
            while not stop.is_set():
                if delivery := subscription.next(IDLE):
                    follower.deliver(delivery)
                    subscription.ack(delivery)
                else:
                    parking.release()
                loop.turned()

    return Loop(f"{following.log.name}.from.{source}", work)
