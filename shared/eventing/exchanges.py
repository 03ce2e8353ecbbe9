"""Exchanges that are there already are only looked at.

Where an operator made them beforehand, who publishes to one or reads from it needs no right to
make one, which would be the right to delete it too.
"""

from typing import Any

import amqp


def declare_exchange(channel: Any, name: str, kind: str) -> None:
    """Make sure that it is there. A failed look closes the channel it was made on, so that is
    not ours; py-amqp opens it again by itself, and it is closed here either way."""
    probe = channel.connection.channel()
    try:
        probe.exchange_declare(name, kind, passive=True)
    except amqp.NotFound:
        channel.exchange_declare(name, kind, durable=True, auto_delete=False)
    probe.close()
