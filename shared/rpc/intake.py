"""A service's side of the broker: takes requests from its queue, gives replies back."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

import amqp

from shared.eventing.exchanges import declare_exchange
from shared.rpc import wire
from shared.rpc.answer import Delivery
from shared.rpc.frames import Delivered
from shared.rpc.link import LOST, Hooks, Link
from shared.rpc.publishing import Outgoing, ack, cancel, publish
from shared.rpc.settings import RpcSettings
from shared.telemetry.logs import log
from shared.telemetry.metrics import DROPPED, LOST_REPLIES

CONNECT_SECONDS = 5.0
RETRY_SECONDS = 1.0


Later = Callable[[Callable[[], None]], object]


def at_once(write: Callable[[], None]) -> None:
    """Each reply by itself."""
    write()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A delivery that can be answered, and what it takes to answer it."""

    delivery: Delivery
    reply_to: str
    correlation_id: str | None
    channel: amqp.Channel
    """The one it came on: an acknowledgement on another would be of another delivery."""
    tag: int


class Intake:
    """One link: a reply and the acknowledgement of its request leave in one write, with those of
    others that are ready at that moment.

    A broker that blocks publishers keeps both until it recovers, which loses nothing: whoever
    waits is told by their own connection, and what was not acknowledged is handed over again.
    """

    def __init__(
        self,
        amqp_uri: str,
        service: str,
        limits: RpcSettings,
        take: Callable[[Taken], None],
        *,
        later: Later = at_once,
    ) -> None:
        """``later``: calls what writes the replies that are ready, once whoever is about to have
        one ready has had its turn."""
        self._service = service
        self._limits = limits
        self._take = take
        self._later = later
        self._ready: list[tuple[amqp.Channel, bytes]] = []
        """Frames to be written, and the channel they were made for."""
        self._stopping = Event()
        self._lost = Event()
        hooks = Hooks(opened=self._consume, delivered=self._delivered, lost=self._lost.set)
        self._link = Link(amqp_uri, f"carnet {service}", hooks)

    def start(self) -> None:
        """Stay connected from now on; a broker out of reach is waited for."""
        Thread(target=self._stay_connected, daemon=True, name=f"rpc-{self._service}").start()

    def check(self) -> str | None:
        return None if self._link.is_open else "the broker is out of reach"

    def stop_taking(self) -> None:
        """No new request; those under way still get their reply."""
        self._stopping.set()
        self._lost.set()
        channel = self._link.channel
        if channel is not None:
            self._wrote(channel, cancel(channel, self._service))

    def close(self) -> None:
        self.stop_taking()
        self._write_ready()
        self._link.close()

    def finish(self, taken: Taken, reply: bytes | None) -> None:
        """Reply, then acknowledge: a process that dies between leaves the request to another."""
        channel = self._link.channel
        if channel is None:
            LOST_REPLIES.labels(self._service).inc()
            return
        frames = b""
        if reply is not None:
            answer = Outgoing(body=reply, correlation_id=taken.correlation_id)
            frames = publish(taken.reply_to, answer, channel, mandatory=False)
        if channel is taken.channel:  # else the broker has taken the request back already
            frames += ack(channel, taken.tag)
        self._ready.append((channel, frames))
        if len(self._ready) == 1:
            self._later(self._write_ready)

    def _write_ready(self) -> None:
        ready, self._ready = self._ready, []
        channel = self._link.channel
        frames = [made for where, made in ready if where is channel]
        written = len(frames) if frames and self._wrote(channel, b"".join(frames)) else 0
        if lost := len(ready) - written:
            LOST_REPLIES.labels(self._service).inc(lost)

    def _drop(self, message: Delivered) -> None:
        self._wrote(message.channel, ack(message.channel, message.tag))

    def _wrote(self, channel: amqp.Channel, frames: bytes) -> bool:
        try:
            self._link.write(channel, frames)
        except LOST:
            return False
        return True

    def _stay_connected(self) -> None:
        while not self._stopping.is_set():
            self._lost.clear()
            try:
                self._link.open(CONNECT_SECONDS)
            except amqp.PreconditionFailed:
                log.error("queue_differs", service=self._service, queue=self._queue)
            except LOST as error:
                log.warning("broker_lost", service=self._service, error=type(error).__name__)
            else:
                self._lost.wait()
                continue
            self._stopping.wait(RETRY_SECONDS)

    @property
    def _queue(self) -> str:
        return wire.queue_name(self._service)

    def _consume(self, channel: amqp.Channel) -> None:
        arguments = {
            "x-max-length": self._limits.queue_length,
            "x-overflow": "reject-publish",
            "x-message-ttl": self._limits.queue_seconds * 1000,
        }
        declare_exchange(channel, wire.EXCHANGE, "topic")
        channel.queue_declare(self._queue, durable=True, auto_delete=False, arguments=arguments)
        channel.queue_bind(self._queue, wire.EXCHANGE, f"{self._service}.*")
        channel.basic_qos(0, self._limits.prefetch, a_global=False)
        channel.basic_consume(self._queue, consumer_tag=self._service)

    def _delivered(self, message: Delivered) -> None:
        """Called by the reading thread for each delivery."""
        if self._stopping.is_set():
            return  # not acknowledged: the broker gives it to another replica
        if reason := self._unanswerable(message):
            DROPPED.labels(self._service, reason).inc()
            log.warning("dropped", service=self._service, reason=reason)
            self._drop(message)
            return
        self._take(self._taken(message))

    def _unanswerable(self, message: Delivered) -> str | None:
        """Why nobody could be answered, or ``None``. A reply address with a dot could be the
        routing key of a service: the reply would become a request."""
        if not message.reply_to or "." in message.reply_to:
            return "reply_to"
        if message.content_type.partition(";")[0].strip() != wire.CONTENT_TYPE:
            return "content_type"
        if not message.routing_key.startswith(f"{self._service}."):
            return "routing_key"
        return None

    def _taken(self, message: Delivered) -> Taken:
        delivery = Delivery(
            method=message.routing_key.partition(".")[2],
            body=message.body,
            headers=message.headers,
            redelivered=message.redelivered,
        )
        return Taken(
            delivery=delivery,
            reply_to=message.reply_to,
            correlation_id=message.correlation_id,
            channel=message.channel,
            tag=message.tag,
        )
