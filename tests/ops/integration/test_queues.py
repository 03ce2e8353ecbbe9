"""What a broker holds of the history that a restore ended is thrown away before services start."""

import pytest

from scripts.ops.queues import emptied
from shared.eventing.audit_lag import EXCHANGE, queue_of_checkpoints
from shared.eventing.broker import Outgoing, Publisher, Subscription
from shared.eventing.follow import queue_of
from shared.eventing.leaf_feed import queue_of_leaves
from shared.eventing.relay import events_exchange, leaves_exchange


@pytest.mark.parametrize(
    ("queue", "exchange", "kind"),
    [
        (queue_of_checkpoints("keyring"), EXCHANGE, "fanout"),
        (queue_of("vault", "identity"), events_exchange("identity"), "topic"),
        (queue_of_leaves("audit", "vault"), leaves_exchange("vault"), "fanout"),
    ],
)
def test_what_waits_of_before_is_thrown_away(
    amqp_uri: str, queue: str, exchange: str, kind: str
) -> None:
    """A checkpoint of a tree that the restored log never signed would be believed, with its proof,
    and the next one of the restored log would not continue it. The other queues are not there."""
    with Subscription(amqp_uri, queue=queue, exchange=exchange, kind=kind):
        pass  # the service was up once
    publisher = Publisher(amqp_uri, exchange, kind)
    publisher.publish([Outgoing("of_before", "{}"), Outgoing("of_before", "{}")])
    publisher.close()
    assert emptied(amqp_uri) == "2 messages of before thrown away at the broker"
    with Subscription(amqp_uri, queue=queue, exchange=exchange, kind=kind) as subscription:
        assert not subscription.next(0.5)
