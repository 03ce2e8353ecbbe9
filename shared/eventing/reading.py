"""How much py-amqp asks of its socket at once."""

from typing import Any

READ_SIZE = 65_536
"""Bytes."""


def read_much(connection: Any) -> None:
    """Ask the socket for all it has: py-amqp, which keeps what it does not need yet, asks three
    times for each of the three frames of a message. ``connection``: of py-amqp, open."""
    transport = connection.transport
    receive = transport._quick_recv
    transport._quick_recv = lambda wanted: receive(max(wanted, READ_SIZE))
