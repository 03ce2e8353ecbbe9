"""Asking other services: one long-lived connection per process, for any number of callers."""

from collections.abc import Mapping
from threading import Lock
from time import time
from typing import Any
from uuid import uuid4

import amqp

from shared.auth.service_tokens import TokenSource
from shared.eventing.exchanges import declare_exchange
from shared.kernel.actor import Actor
from shared.kernel.errors import DeadlineExceeded, Refusal, Unavailable
from shared.rpc import wire
from shared.rpc.deadline import bounded
from shared.rpc.faults import refusal_of
from shared.rpc.frames import Delivered
from shared.rpc.link import LOST, Hooks, Link
from shared.rpc.publishing import Outgoing
from shared.telemetry.metrics import LATE_REPLIES
from shared.telemetry.traces import SpanKind, span, traceparent

BLOCKED = "the broker takes no messages at the moment"


class RpcClient:
    """Works from nameko workers and from plain threads; close it when done.

    A command (it has a ``request_id``) is confirmed by the broker, a query is not (ADR 0011): of
    a query that was lost the deadline tells, and it can be asked again.

    ``tokens`` signs for a service; scripts have none and pass a caller's ``token``.
    """

    def __init__(
        self, amqp_uri: str, *, tokens: TokenSource | None = None, timeout: float = 10
    ) -> None:
        self._tokens = tokens
        self._timeout = timeout
        self._waiting: dict[str, _Waiting] = {}
        self._reply_to = uuid4().hex
        hooks = Hooks(
            opened=self._opened,
            delivered=self._replied,
            lost=self._lost,
            blocked=self._blocked,
            refused=self._refused,
            returned=self._returned,
        )
        self._link = Link(amqp_uri, "carnet rpc client", hooks, confirms=True)

    def __enter__(self) -> "RpcClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._link.close()
        self._lost()

    def call(
        self,
        service: str,
        method: str,
        arguments: Mapping[str, Any],
        *,
        by: Actor | None = None,
        token: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The method's answer, as JSON values.

        ``by``: the caller whose request this service carries; neither ``by`` nor ``token``: the
        service asks for itself. Raises the :class:`Refusal` the service answered with,
        :class:`DeadlineExceeded` when no answer came in ``timeout`` seconds (the outcome is
        unknown), :class:`Unavailable` when nobody could take the request.
        """
        body, confirmed = wire.encode(arguments), "request_id" in arguments
        if token is None and self._tokens is not None:
            token = self._tokens.for_call(service, wire.digest(service, method, body), by)
        with span(f"{service}.{method}", SpanKind.CLIENT):
            until = bounded(self._timeout if timeout is None else timeout)
            message = self._message(body, token, until)
            return self._exchange(f"{service}.{method}", message, until, confirmed=confirmed)

    def _exchange(
        self, routing_key: str, message: Outgoing, until: float, *, confirmed: bool
    ) -> Any:
        correlation_id = str(message.correlation_id)
        waiting = self._waiting[correlation_id] = _Waiting(is_query=not confirmed)
        try:
            self._send(routing_key, message, max(0.001, until - time()), confirmed=confirmed)
            if not waiting.done.acquire(timeout=max(0.0, until - time())):
                raise DeadlineExceeded
            return waiting.outcome()
        finally:
            self._waiting.pop(correlation_id, None)

    def _message(self, body: bytes, token: str | None, until: float) -> Outgoing:
        left = until - time()
        if left <= 0:
            raise DeadlineExceeded
        headers: dict[str, str | int] = {wire.DEADLINE: int(until * 1000)}
        if token:
            headers[wire.AUTHORIZATION] = token
        if trace := traceparent():
            headers[wire.TRACEPARENT] = trace
        return Outgoing(
            body=body,
            correlation_id=uuid4().hex,
            headers=headers,
            reply_to=self._reply_to,
            expiration=int(left * 1000),
        )

    def _send(self, routing_key: str, message: Outgoing, left: float, *, confirmed: bool) -> None:
        try:
            self._link.open(left)
            if self._link.is_blocked:
                raise Unavailable(BLOCKED)
            self._link.publish(routing_key, message, confirmed=confirmed, within=left)
        except LOST:
            raise Unavailable("the broker is out of reach") from None

    def _opened(self, channel: amqp.Channel) -> None:
        queue = f"rpc.reply-{self._reply_to}"
        declare_exchange(channel, wire.EXCHANGE, "topic")
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, wire.EXCHANGE, self._reply_to)
        channel.basic_consume(queue, no_ack=True)

    def _replied(self, message: Delivered) -> None:
        waiting = self._waiting.pop(str(message.correlation_id), None)
        if waiting is None:
            LATE_REPLIES.inc()
        else:
            waiting.settle(message.body)

    def _returned(self, correlation_id: str, routing_key: str) -> None:
        self._fail(correlation_id, f"no {routing_key.partition('.')[0]} service is running")

    def _refused(self, correlation_id: str) -> None:
        self._fail(correlation_id, "the service has too many requests waiting")

    def _blocked(self) -> None:
        """What the broker has taken may still be answered; of a query nobody knows."""
        queries = [known for known, waiting in self._waiting.copy().items() if waiting.is_query]
        for correlation_id in (*queries, *self._link.unconfirmed()):
            self._fail(correlation_id, BLOCKED)

    def _lost(self) -> None:
        for correlation_id in list(self._waiting):
            self._fail(
                correlation_id,
                "the broker was lost while waiting: the outcome is unknown, "
                "retry with the same request_id",
            )

    def _fail(self, correlation_id: str, sentence: str) -> None:
        if waiting := self._waiting.pop(correlation_id, None):
            waiting.settle(Unavailable(sentence))


class _Waiting:
    """A call under way; settled once, by the thread that reads."""

    def __init__(self, *, is_query: bool) -> None:
        self.is_query = is_query
        self.done = Lock()
        """Held until it is settled; a lock alone wakes one thread faster than an event."""
        self.done.acquire()
        self._settled: bytes | Refusal = b""

    def settle(self, settled: bytes | Refusal) -> None:
        self._settled = settled
        self.done.release()

    def outcome(self) -> Any:
        if isinstance(self._settled, Refusal):
            raise self._settled
        try:
            reply = wire.decode(self._settled)
        except wire.Undecodable:
            raise Unavailable("the service's answer cannot be read") from None
        if reply.get("error"):
            raise refusal_of(reply["error"])
        return reply.get("result")
