"""Asking other services: one long-lived connection per process, for any number of callers."""

from collections.abc import Mapping
from threading import Event
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
from shared.rpc.link import LOST, Hooks, Link
from shared.rpc.publishing import Outgoing
from shared.telemetry.metrics import LATE_REPLIES
from shared.telemetry.traces import SpanKind, span, traceparent


class RpcClient:
    """Works from nameko workers and from plain threads; close it when done.

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
            opened=self._opened, lost=self._lost, blocked=self._blocked, refused=self._refused
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
        body = wire.encode(arguments)
        if token is None and self._tokens is not None:
            token = self._tokens.for_call(service, wire.digest(service, method, body), by)
        with span(f"{service}.{method}", SpanKind.CLIENT):
            until = bounded(self._timeout if timeout is None else timeout)
            return self._exchange(f"{service}.{method}", body, token, until)

    def _exchange(self, routing_key: str, body: bytes, token: str | None, until: float) -> Any:
        correlation_id = uuid4().hex
        waiting = self._waiting[correlation_id] = _Waiting()
        try:
            self._send(routing_key, body, token, until, correlation_id)
            if not waiting.done.wait(max(0.0, until - time())):
                raise DeadlineExceeded
            return waiting.outcome()
        finally:
            self._waiting.pop(correlation_id, None)

    def _send(
        self, routing_key: str, body: bytes, token: str | None, until: float, correlation_id: str
    ) -> None:
        left = until - time()
        if left <= 0:
            raise DeadlineExceeded
        headers: dict[str, str | int] = {wire.DEADLINE: int(until * 1000)}
        if token:
            headers[wire.AUTHORIZATION] = token
        if trace := traceparent():
            headers[wire.TRACEPARENT] = trace
        message = Outgoing(
            body=body,
            correlation_id=correlation_id,
            headers=headers,
            reply_to=self._reply_to,
            expiration=int(left * 1000),
        )
        try:
            self._link.open(left)
            if self._link.is_blocked:
                raise Unavailable("the broker takes no messages at the moment")
            self._link.publish(routing_key, message, within=left)
        except LOST:
            raise Unavailable("the broker is out of reach") from None

    def _opened(self, channel: amqp.Channel) -> None:
        queue = f"rpc.reply-{self._reply_to}"
        declare_exchange(channel, wire.EXCHANGE, "topic")
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, wire.EXCHANGE, self._reply_to)
        channel.events["basic_return"].add(self._returned)
        channel.basic_consume(queue, no_ack=True, callback=self._replied)

    def _replied(self, message: amqp.Message) -> None:
        waiting = self._waiting.pop(str(message.properties.get("correlation_id")), None)
        if waiting is None:
            LATE_REPLIES.inc()
        else:
            waiting.settle(message.body)

    def _returned(self, _error: Exception, _x: str, routing_key: str, msg: amqp.Message) -> None:
        service = routing_key.partition(".")[0]
        self._fail(msg.properties["correlation_id"], f"no {service} service is running")

    def _refused(self, correlation_id: str) -> None:
        self._fail(correlation_id, "the service has too many requests waiting")

    def _blocked(self) -> None:
        for correlation_id in self._link.unconfirmed():
            self._fail(correlation_id, "the broker takes no messages at the moment")

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

    def __init__(self) -> None:
        self.done = Event()
        self._settled: bytes | str | Refusal = b""

    def settle(self, settled: bytes | str | Refusal) -> None:
        self._settled = settled
        self.done.set()

    def outcome(self) -> Any:
        if isinstance(self._settled, Refusal):
            raise self._settled
        try:
            reply = wire.decode(wire.as_bytes(self._settled))
        except wire.Undecodable:
            raise Unavailable("the service's answer cannot be read") from None
        if reply.get("error"):
            raise refusal_of(reply["error"])
        return reply.get("result")
