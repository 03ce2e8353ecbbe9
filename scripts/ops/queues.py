"""Queues of what services hear of each other: after a restore, what waits there is of the history
that was lost. What is missing is asked for from the logs."""

from collections.abc import Iterator

from amqp.exceptions import AMQPError

from scripts.cli.processes import SERVICES
from scripts.manifests.wiring import wiring
from shared.eventing.audit_lag import queue_of_checkpoints
from shared.eventing.broker import empty
from shared.eventing.follow import queue_of
from shared.eventing.leaf_feed import queue_of_leaves


def emptied(amqp_uri: str) -> str:
    """In a sentence how it went. A broker may be out of reach of who restores, or grant each
    service the rights to its own queues alone: its operator empties them then."""
    try:
        count = empty(amqp_uri, queues())
    except (OSError, AMQPError) as error:
        why = type(error).__name__
        return f"the queues of followers, leaves and checkpoints are to be emptied by hand ({why})"
    return f"{count} messages of before thrown away at the broker"


def queues() -> Iterator[str]:
    for service in SERVICES:
        yield queue_of_checkpoints(service)
        for publisher in sorted(wiring(service).follows):
            yield queue_of(service, publisher)
            if wiring(service).hears_leaves:
                yield queue_of_leaves(service, publisher)
