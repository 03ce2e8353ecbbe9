"""What passes through the broker, said again in any order, or lost."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import amqp

from scripts.cli.processes import SERVICES
from shared.eventing.audit_lag import EXCHANGE as CHECKPOINTS
from shared.eventing.follow import queue_of
from shared.eventing.relay import events_exchange, leaves_exchange
from shared.rpc.link import _connection as connection

TAP = "trust.tap"
KEPT = 3000
"""Messages remembered; the oldest are forgotten."""
REPEATED = 200
FOLLOWING = (".from.", ".checkpoints")
"""In the name of each queue of a follower, of events, leaves or checkpoints."""


class Messages:
    """``uri``: of the broker itself; ``queues``: the names of those there are."""

    def __init__(self, uri: Callable[[], str], queues: Callable[[], list[str]]) -> None:
        self._uri = uri
        self._queues = queues
        self._heard: deque[amqp.Message] = deque(maxlen=KEPT)

    def listen(self) -> None:
        """To every event, leaf and checkpoint from now on."""
        exchanges = [name(s) for s in SERVICES for name in (events_exchange, leaves_exchange)]
        with self._channel() as channel:
            limit = {"x-max-length": KEPT}
            channel.queue_declare(TAP, durable=True, auto_delete=False, arguments=limit)
            for exchange in (*exchanges, CHECKPOINTS):
                channel.queue_bind(TAP, exchange, routing_key="#")

    def repeat(self, chance: Random) -> int:
        """Some of what was ever said, in any order, some of it several times; how many."""
        with self._channel() as channel:
            while message := channel.basic_get(TAP, no_ack=True):
                self._heard.append(message)
            said = chance.choices(self._heard, k=REPEATED) if self._heard else []
            for message in said:
                where = message.delivery_info
                again = amqp.Message(message.body, **message.properties)
                channel.basic_publish(again, where["exchange"], where["routing_key"])
        return len(said)

    def lose(self) -> int:
        """All that waits for any follower, the last event of each service too; how many."""
        with self._channel() as channel:
            return sum(
                channel.queue_purge(queue)
                for queue in self._queues()
                if any(mark in queue for mark in FOLLOWING)
            )

    @contextmanager
    def unheard_by(self, follower: str, publisher: str) -> Iterator[None]:
        """What the publisher says meanwhile never comes to this follower, which stays connected."""
        queue, exchange = queue_of(follower, publisher), events_exchange(publisher)
        with self._channel() as channel:
            channel.queue_unbind(queue, exchange, routing_key="#")
        yield
        with self._channel() as channel:
            channel.queue_bind(queue, exchange, routing_key="#")

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        with connection(self._uri(), "test", 10.0, lambda _: None) as peer:
            yield peer.channel()
