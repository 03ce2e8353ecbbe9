"""RabbitMQ as eventing uses it: one kept connection and channel for each loop.

RabbitMQ confirms a message that no queue receives. That is wanted here: a publisher does not
wait for followers that do not exist yet, and what no queue took is pulled from the log by
whoever follows. So nothing is mandatory and there is no alternate exchange.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from amqp.exceptions import NotFound
from kombu.connection import Connection

from shared.eventing.exchanges import declare_exchange
from shared.eventing.reading import read_much

HEARTBEAT = 60
"""Seconds; a connection that is silent for twice as long is given up."""
PATIENCE = 10.0
"""Seconds a confirm may take before the batch is taken for lost, and published again."""
NOW = 0.001
"""Seconds; what has arrived already is read, nothing is waited for."""
PREFETCH = 100
"""Deliveries held by one consumer."""
QUEUE = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    "x-max-length": 100_000,
    "x-overflow": "drop-head",
}
"""Bounded: what a long absence makes a queue drop is pulled from the publisher's log."""


def _connect(amqp_uri: str) -> Any:
    """A broker that takes a connection and then answers nothing must not hold us for ever."""
    patience = {"read_timeout": PATIENCE, "write_timeout": PATIENCE}
    return Connection(
        amqp_uri,
        heartbeat=HEARTBEAT,
        connect_timeout=5,
        transport_options=patience,
        ssl=_tls(amqp_uri),
    )


def _tls(amqp_uri: str) -> dict[str, Any] | bool:
    """The broker's certificate is checked against the system's authorities and its name, which
    kombu would not do by itself."""
    address = urlsplit(amqp_uri)
    if address.scheme != "amqps":
        return False
    return {"context": {"check_hostname": True}, "server_hostname": address.hostname}


def empty(amqp_uri: str, queues: Iterable[str]) -> int:
    """Throw away what waits in queues, and say how many messages; one that is not there has none.
    Raise ``OSError`` or ``AMQPError`` if the broker is out of reach, or grants no right to."""
    count = 0
    with closing(_connect(amqp_uri).transport.establish_connection()) as connection:
        for queue in queues:
            channel = connection.channel()
            with suppress(NotFound):  # which ends the channel
                count += channel.queue_purge(queue)
                channel.close()
    return count


class NotConfirmed(ConnectionError):
    """The broker refused a batch or did not confirm it in time: publish it again."""


@dataclass(frozen=True)
class Outgoing:
    routing_key: str
    body: str
    expires: float | None = None
    """Seconds after which it is of no use; kept until consumed when ``None``."""


class Publisher:
    """Publishes to one exchange; persistent, confirmed in batches."""

    def __init__(self, amqp_uri: str, exchange: str, kind: str) -> None:
        self._connection = _connect(amqp_uri)
        self._exchange = exchange
        self._unconfirmed: set[int] = set()
        self._refused = False
        self._channel = self._connection.channel()
        read_much(self._connection.connection)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        declare_exchange(self._channel, exchange, kind)
        self._sent = 0

    def publish(self, batch: Sequence[Outgoing]) -> None:
        """Return once the broker has all of it; :class:`NotConfirmed` or ``OSError`` if not."""
        self.send(batch)
        self.confirm()

    def send(self, batch: Sequence[Outgoing]) -> None:
        """To be confirmed later, with what is sent after it."""
        for outgoing in batch:
            self._sent += 1
            self._unconfirmed.add(self._sent)
            self._channel.basic_publish(
                self._message(outgoing), self._exchange, outgoing.routing_key
            )
        self._connection.heartbeat_check()

    def beat(self) -> None:
        """To be called now and then while there is nothing to publish: the broker gives up a
        client that is silent, and the next batch would find its connection gone."""
        self._connection.heartbeat_check()
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=NOW)

    def confirm(self) -> None:
        """Return once the broker has all that was sent; :class:`NotConfirmed` or ``OSError`` if
        not."""
        try:
            while self._unconfirmed:
                self._connection.drain_events(timeout=PATIENCE)
        except TimeoutError:
            raise NotConfirmed("the broker did not confirm in time") from None
        if self._refused:
            raise NotConfirmed("the broker refused a message")

    def close(self) -> None:
        self._connection.release()

    def _message(self, outgoing: Outgoing) -> Any:
        properties: dict[str, Any] = {"delivery_mode": 2}
        if outgoing.expires is not None:
            properties["expiration"] = str(int(outgoing.expires * 1000))
        return self._channel.prepare_message(
            outgoing.body.encode(),
            content_type="application/json",
            content_encoding="utf-8",
            properties=properties,
        )

    def _on_ack(self, tag: int, multiple: bool) -> None:
        done = {t for t in self._unconfirmed if t <= tag} if multiple else {tag}
        self._unconfirmed -= done

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused = True
        self._on_ack(tag, multiple)


@dataclass(frozen=True)
class Delivery:
    routing_key: str
    body: bytes
    tag: int


class Subscription:
    """A durable quorum queue with a single active consumer, bound to one exchange."""

    def __init__(self, amqp_uri: str, *, queue: str, exchange: str, kind: str) -> None:
        self._connection = _connect(amqp_uri)
        self._arrived: deque[Delivery] = deque()
        self._channel = self._connection.channel()
        read_much(self._connection.connection)
        declare_exchange(self._channel, exchange, kind)
        self._channel.queue_declare(queue, durable=True, auto_delete=False, arguments=QUEUE)
        self._channel.queue_bind(queue, exchange, routing_key="#")
        self._channel.basic_qos(0, PREFETCH, False)
        self._channel.basic_consume(queue, callback=self._on_delivery)

    def next(self, timeout: float) -> Sequence[Delivery]:
        """What has arrived, in the order of the queue; nothing if nothing came in time. What is
        handed out is all that is not acknowledged."""
        self._connection.heartbeat_check()
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=timeout)
            while self._arrived and len(self._arrived) < PREFETCH:
                self._connection.drain_events(timeout=NOW)
        arrived = tuple(self._arrived)
        self._arrived.clear()
        return arrived

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """All of what :meth:`next` handed out, in one word."""
        self._channel.basic_ack(deliveries[-1].tag, multiple=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.release()

    def _on_delivery(self, message: Any) -> None:
        body = message.body
        self._arrived.append(
            Delivery(
                routing_key=message.delivery_info["routing_key"],
                body=body.encode() if isinstance(body, str) else bytes(body),
                tag=message.delivery_info["delivery_tag"],
            )
        )
