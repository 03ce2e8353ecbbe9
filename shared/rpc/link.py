"""One kept connection to the broker, with a kept channel; two where some messages are confirmed.

Stock nameko and kombu open a channel for each publish. Here one thread reads and whoever
writes takes turns. Threads and locks are the standard library's: green ones where the process
monkey-patched first, real ones elsewhere.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread

import amqp
from amqp.exceptions import AMQPError
from kombu.utils.url import parse_url

from shared.rpc.frames import Delivered, Incoming
from shared.rpc.publishing import Outgoing, publish

HEARTBEAT = 20
"""Seconds; a silent peer is given up after two."""
STALLED = 3_000
"""Milliseconds a broker may leave what is written to it untaken, as a blocked one does: then
the connection is given up, or whoever writes a large message would hang on the socket."""
LOST = (OSError, AMQPError)
"""What it looks like when the broker goes away."""


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What the owner of a link does; all but ``opened`` are called from the reading thread
    and must not block."""

    opened: Callable[[amqp.Channel], None]
    """Declare, and consume last, on each new connection, before anything is read."""
    delivered: Callable[[Delivered], None]
    """What that brings."""
    lost: Callable[[], None] = lambda: None
    blocked: Callable[[], None] = lambda: None
    """The broker takes no more messages (memory or disk)."""
    refused: Callable[[str], None] = lambda _id: None
    """A confirmed message was not taken by its queue; its correlation id."""
    returned: Callable[[str, str], None] = lambda _id, _key: None
    """There is no queue for a message; its correlation id and routing key."""


class Link:
    def __init__(self, amqp_uri: str, name: str, hooks: Hooks, *, confirms: bool = False) -> None:
        self._uri = amqp_uri
        self._name = name
        self._hooks = hooks
        self._confirms = confirms
        self._opening = Lock()
        self._writing = Lock()
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._confirming: amqp.Channel | None = None
        self._unconfirmed: dict[int, str] = {}
        self._published = 0
        self.is_blocked = False

    @property
    def is_open(self) -> bool:
        return self._channel is not None

    @property
    def channel(self) -> amqp.Channel | None:
        return self._channel

    def open(self, timeout: float) -> None:
        """Connect unless connected; one of ``LOST`` is raised if that fails."""
        with self._opening:
            if self._channel is not None:
                return
            connection = _connection(self._uri, self._name, timeout, self._on_blocked)
            connection.on_unblocked = self._on_unblocked
            try:
                connection.connect()
                channel = self._new_channel(connection)
                confirming = self._confirmed(connection) if self._confirms else None
                self._hooks.opened(channel)
            except LOST:
                connection.collect()
                raise
            with self._writing:
                self._unconfirmed, self._published, self.is_blocked = {}, 0, False
                self._connection, self._channel = connection, channel
                self._confirming = confirming
            incoming, closed = Incoming(channel, self._hooks.delivered), Event()
            self._start(self._read, connection, closed, incoming)
            self._start(self._beat, connection, closed)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        Thread(target=work, args=arguments, daemon=True, name=self._name).start()

    def _new_channel(self, connection: amqp.Connection) -> amqp.Channel:
        channel = connection.channel()
        channel.events["basic_return"].add(self._on_return)
        return channel

    def _confirmed(self, connection: amqp.Connection) -> amqp.Channel:
        channel = self._new_channel(connection)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._settle)
        channel.events["basic_nack"].add(self._on_refusal)
        return channel

    def publish(
        self, routing_key: str, message: Outgoing, *, confirmed: bool, within: float
    ) -> None:
        """Write one message, waiting at most ``within`` seconds for one's turn.

        ``confirmed``: ``refused`` is called if its queue does not take it; without, nobody says.
        """
        if not self._writing.acquire(timeout=within):
            raise TimeoutError("the broker is slow to take what is written to it")
        try:
            channel = self._confirming if confirmed else self._channel
            if channel is None:
                raise ConnectionResetError("not connected to the broker")
            if confirmed:
                self._published += 1
                self._unconfirmed[self._published] = str(message.correlation_id)
            _write(channel, publish(routing_key, message, channel, mandatory=True))
        finally:
            self._writing.release()

    def write(self, channel: amqp.Channel, frames: bytes) -> None:
        """Write these frames to the channel they were made for, which may be gone by now."""
        with self._writing:
            if channel is not self._channel:
                raise ConnectionResetError("this channel is closed")
            _write(channel, frames)

    def close(self) -> None:
        """Leave the broker; a second call does nothing."""
        with self._opening, self._writing:
            connection = self._connection
            self._connection = self._channel = self._confirming = None
        if connection is not None:
            _shut(connection)

    def _read(self, connection: amqp.Connection, closed: Event, incoming: Incoming) -> None:
        try:
            while True:
                incoming.read()
        except (*LOST, AttributeError):
            # AttributeError: the transport was taken away by `close` while this read.
            pass
        finally:
            closed.set()
            mine = self._forget(connection)
            _shut(connection)
            if mine:
                self._hooks.lost()

    def _forget(self, connection: amqp.Connection) -> bool:
        with self._writing:
            if self._connection is not connection:
                return False
            self._connection = self._channel = self._confirming = None
            self.is_blocked = False
            return True

    def _beat(self, connection: amqp.Connection, closed: Event) -> None:
        while not closed.wait(HEARTBEAT / 4):
            try:
                with self._writing:
                    connection.heartbeat_tick()
            except (*LOST, AttributeError):
                _shut(connection)
                return

    def _on_blocked(self, _reason: str) -> None:
        self.is_blocked = True
        self._hooks.blocked()

    def _on_unblocked(self) -> None:
        self.is_blocked = False

    def unconfirmed(self) -> list[str]:
        """Correlation ids of what the broker has not taken yet."""
        return list(self._unconfirmed.values())

    def _on_return(self, _error: Exception, _x: str, routing_key: str, msg: amqp.Message) -> None:
        self._hooks.returned(msg.properties["correlation_id"], routing_key)

    def _on_refusal(self, tag: int, multiple: bool) -> None:
        for correlation_id in self._settle(tag, multiple):
            self._hooks.refused(correlation_id)

    def _settle(self, tag: int, multiple: bool) -> list[str]:
        if not multiple:
            return [settled] if (settled := self._unconfirmed.pop(tag, None)) else []
        upto = [known for known in self._unconfirmed if known <= tag]
        return [self._unconfirmed.pop(known) for known in upto]


def _write(channel: amqp.Channel, frames: bytes) -> None:
    channel.connection.transport.write(frames)
    channel.connection.bytes_sent += 1  # as py-amqp counts: a heartbeat is for silence


def _connection(
    uri: str, name: str, timeout: float, on_blocked: Callable[[str], None]
) -> amqp.Connection:
    parts = parse_url(uri)
    host = parts["hostname"] or "127.0.0.1"
    secure = parts["transport"] == "amqps" or bool(parts.get("ssl"))
    port = parts["port"] or (5671 if secure else 5672)
    # The broker's certificate is checked against the system's authorities and its name.
    tls = {"context": {"check_hostname": True}, "server_hostname": host} if secure else False
    return amqp.Connection(
        f"{host}:{port}",
        userid=parts["userid"] or "guest",
        password=parts["password"] or "guest",
        virtual_host=parts["virtual_host"] or "/",
        ssl=tls,
        connect_timeout=timeout,
        heartbeat=HEARTBEAT,
        socket_settings={socket.TCP_USER_TIMEOUT: STALLED},
        client_properties={"connection_name": name},
        on_blocked=on_blocked,
    )


def _shut(connection: amqp.Connection) -> None:
    """Close the socket itself, which wakes whoever reads it. A polite close would wait for the
    broker's answer, which only the reading thread can read; brokers take this as a close."""
    transport = connection._transport
    if transport is None or transport.sock is None:
        return
    with suppress(OSError):  # the broker may have closed it first
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.sock.close()
