"""Brings the leaves of other services to the one that logs them; it keeps its own position."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from shared.eventing.broker import Subscription
from shared.eventing.codec import Malformed, parse_leaves
from shared.eventing.loop import Loop
from shared.eventing.messages import LeafBatch
from shared.eventing.metrics import MALFORMED
from shared.eventing.relay import leaves_exchange
from shared.telemetry.logs import log

IDLE = 1.0
"""Seconds without a delivery before ``idle`` is called."""


@dataclass(frozen=True, kw_only=True)
class FollowingLeaves:
    """``handle``: takes one batch; it is acknowledged once that returned, and comes again, as
    does whatever was delivered after it, if it raised. Batches may come twice, late or never:
    ranges that do not meet are to be pulled. ``idle(service)``: called at start and after each
    second without one, to pull what was lost last.
    """

    follower: str
    sources: Sequence[str]
    handle: Callable[[LeafBatch], None]
    idle: Callable[[str], None]
    amqp_uri: str
    close: Callable[[], None] = lambda: None


def joined(batches: Iterable[LeafBatch]) -> Iterator[LeafBatch]:
    """Those that continue one another, as one: it is taken in one write."""
    last: LeafBatch | None = None
    for batch in batches:
        if last and (last.epoch, last.to) == (batch.epoch, batch.after):
            leaves = [*last.leaves, *batch.leaves]
            last = last.model_copy(update={"to": batch.to, "leaves": leaves})
            continue
        if last:
            yield last
        last = batch
    if last:
        yield last


def queue_of_leaves(follower: str, publisher: str) -> str:
    return f"{follower}.leaves.from.{publisher}"


def leaf_loop(following: FollowingLeaves, source: str) -> Loop:
    def work(stop: Event, loop: Loop) -> None:
        with Subscription(
            following.amqp_uri,
            queue=queue_of_leaves(following.follower, source),
            exchange=leaves_exchange(source),
            kind="fanout",
        ) as subscription:
            following.idle(source)
            while not stop.is_set():
                if deliveries := subscription.next(IDLE):
                    parsed = (_parsed(delivery.body) for delivery in deliveries)
                    for batch in joined(batch for batch in parsed if batch):
                        following.handle(batch)
                    subscription.ack(deliveries)
                else:
                    following.idle(source)
                loop.turned()

    def _parsed(body: bytes) -> LeafBatch | None:
        with suppress(Malformed):
            batch = parse_leaves(body)
            if batch.service == source:
                return batch
        MALFORMED.labels(following.follower, source).inc()
        log.warning("dropped malformed leaves", publisher=source)
        return None

    return Loop(queue_of_leaves(following.follower, source), work)
