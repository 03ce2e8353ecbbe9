"""What is not in the transparency log soon enough stops normal openings (DESIGN, section 4).

Each service hears of checkpoints beside its relay, and keeps how far they cover its events.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from itertools import pairwise
from threading import Event
from typing import TypeVar

from shared.eventing.broker import Subscription
from shared.eventing.checkpoints import Heard, Prove, parse, take
from shared.eventing.freshness import Freshness
from shared.eventing.loop import Loop
from shared.eventing.metrics import LOGGED_FRESH, LOGGED_POSITION, MALFORMED
from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable
from shared.stores.event_log import EventLog, Head
from shared.stores.places import Logged

EXCHANGE = "audit.checkpoints"
LOOKED_AT = 20
"""Events read to find one that tells its time; those of erased records do not."""

SURE = 1.0
"""Seconds for which what was seen of the log may be relied on, at most: rows taken out behind its
back are noticed then."""

LATE = 60.0
"""Seconds an event may stay out of the log before readiness says so."""

Req = TypeVar("Req")
Ans = TypeVar("Ans")


def queue_of_checkpoints(service: str) -> str:
    return f"{service}.checkpoints"


def checkpoint_loop(log: EventLog, amqp_uri: str, prove: Prove) -> Loop:
    """Keeps the last checkpoint heard of, checked against the one before, and how far it covers
    this log."""

    def work(stop: Event, loop: Loop) -> None:
        queue = queue_of_checkpoints(log.name)
        fresh = Freshness(LOGGED_FRESH.labels(log.name))
        with Subscription(amqp_uri, queue=queue, exchange=EXCHANGE, kind="fanout") as subscription:
            while not stop.is_set():
                if deliveries := subscription.next(1.0):
                    for delivery in deliveries:
                        if message := heard(delivery.body, log.name):
                            take(log, message, prove)
                    subscription.ack(deliveries)
                _measure(log, fresh)
                loop.turned()

    return CheckpointLoop(log, AuditLag(log, 0), work)


class CheckpointLoop(Loop):
    """Unready while the log, once heard of, has been late for longer than :data:`LATE`."""

    def __init__(self, log: EventLog, lag: "AuditLag", work: Callable[[Event, Loop], None]) -> None:
        super().__init__(f"{log.name}.checkpoints", work)
        self._log = log
        self._lag = lag

    def check(self) -> str | None:
        return super().check() or self._late()

    def _late(self) -> str | None:
        if self._log.places.seen_checkpoint() is None:
            return None  # a place without audit
        late = self._lag.seconds()
        return f"the transparency log is {late:.0f} s late" if late > LATE else None


def _measure(log: EventLog, fresh: Freshness) -> None:
    head, logged = log.head(), log.places.logged()
    reached = logged.position if logged.epoch == head.epoch else 0
    LOGGED_POSITION.labels(log.name).set(reached)
    fresh.note(head=head.position, reached=reached)


def heard(body: bytes, service: str) -> Heard | None:
    """``None``, and counted, for what is no checkpoint or is not signed."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return parse(body, service)
    MALFORMED.labels(service, "audit").inc()
    return None


class AuditLag:
    """``longest``: seconds an event may stay out of the log; 0 for ever."""

    def __init__(self, log: EventLog, longest: float) -> None:
        self._log = log
        self._longest = longest
        self._oldest: tuple[Logged, datetime] | None = None
        self._sure: tuple[datetime, datetime] | None = None
        """From and until when none outside is too old, whatever has come since."""

    def unless_late(
        self, handler: Callable[[Req, Actor], Ans], when: Callable[[Req], bool]
    ) -> Callable[[Req, Actor], Ans]:
        """``handler``, refusing the requests that ``when`` picks while the log is late."""

        @wraps(handler)
        def guarded(request: Req, by: Actor) -> Ans:
            if when(request):
                self.refuse()
            return handler(request, by)

        return guarded

    def refuse(self) -> None:
        """Raise :class:`Unavailable` if an event has been out of the log for too long.

        Nothing is read before the oldest that was outside at the last look, than which none that
        came since is older, can have become too old.
        """
        now = self._log.clock.now()
        if self._longest <= 0 or (self._sure and self._sure[0] <= now <= self._sure[1]):
            return
        late = self.seconds()
        if late > self._longest:
            raise Unavailable(
                "The transparency log is late: normal openings wait, emergencies do not.",
                message_fr=(
                    "La traçabilité des accès a pris du retard : les consultations ordinaires"
                    " sont suspendues quelques instants. L’accès en urgence reste possible."
                ),
            )
        self._sure = now, now + timedelta(seconds=min(SURE, self._longest - late))

    def seconds(self) -> float:
        """Age of the oldest event outside; 0 when there is none. For ever, if the log holds more
        than is here: events of ours are gone, and nothing can be said of those that are new."""
        logged, oldest = self._log.places.logged(), self._oldest
        if oldest is None or oldest[0] != logged:
            head = self._log.head()
            if logged.epoch == head.epoch and logged.position >= head.position:
                return 0.0 if logged.position == head.position else math.inf
            oldest = self._oldest = self._oldest_outside(logged, head)
        return (self._log.clock.now() - oldest[1]).total_seconds() if oldest else 0.0

    def _oldest_outside(self, logged: Logged, head: Head) -> tuple[Logged, datetime] | None:
        """It is the oldest until more is logged: none comes before it."""
        rows = self._log.read(self._covered_to(logged, head), LOOKED_AT)
        times = (getattr(row.event, "timestamp", None) for row in rows)
        first = next((time for time in times if time is not None), None)
        return (logged, first) if first else None

    def _covered_to(self, logged: Logged, head: Head) -> int:
        """Of an epoch that is over, what came after it is not covered; of one that this log does
        not know, nothing is."""
        if logged.epoch == head.epoch:
            return logged.position
        ends = {old.epoch: new.after for old, new in pairwise(self._log.places.epochs())}
        return min(logged.position, ends.get(logged.epoch, 0))
