"""What RabbitMQ is asked for: one reader at a time, bounded hands, each message answered for."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.eventing import broker as broker_module
from shared.eventing.broker import Delivery, NotConfirmed, Outgoing, Publisher, Subscription
from tests.shared.eventing.deliveries import broker as channel_of
from tests.support.deadline import eventually

EXCHANGE, QUEUE = "notes.events", "tally.from.notes"


def subscribed(uri: str) -> Subscription:
    return Subscription(uri, queue=QUEUE, exchange=EXCHANGE, kind="topic")


@contextmanager
def publishing(uri: str) -> Iterator[Publisher]:
    publisher = Publisher(uri, EXCHANGE, "topic")
    yield publisher
    publisher.close()


def numbered(count: int, first: int = 0) -> list[Outgoing]:
    return [Outgoing("note_written", str(n)) for n in range(first, first + count)]


def taken(subscription: Subscription, count: int) -> list[Delivery]:
    """As many, however they arrive."""
    found: list[Delivery] = []

    def all_came() -> bool:
        found.extend(subscription.next(0.05))
        return len(found) >= count

    eventually(all_came)
    return found


def test_one_of_several_replicas_reads_and_another_takes_over(amqp_uri: str) -> None:
    """Two at once would apply a record's events out of their order."""
    with subscribed(amqp_uri) as standing_by:
        standing_by.next(0.01)
        with subscribed(amqp_uri) as second, publishing(amqp_uri) as publisher:
            publisher.publish(numbered(6))
            read = taken(standing_by, 6)
            standing_by.ack(read)
            assert [int(d.body) for d in read] == list(range(6))
            assert second.next(0.1) == ()
            standing_by.__exit__(None, None, None)
            publisher.publish(numbered(1, 6))
            assert [int(d.body) for d in taken(second, 1)] == [6]


def test_an_exchange_outlives_who_made_it_and_a_restart(amqp_uri: str) -> None:
    """Else what is published while nobody follows would be refused, and the relay stop."""
    with publishing(amqp_uri):
        pass
    with channel_of(amqp_uri) as channel:  # RabbitMQ refuses to make another than there is
        channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)


def test_a_reader_holds_no_more_than_it_was_given_room_for(
    amqp_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood waits at the broker, which is bounded, and not in our memory."""
    monkeypatch.setattr(broker_module, "PREFETCH", 4)
    with subscribed(amqp_uri) as reader, publishing(amqp_uri) as publisher:
        publisher.publish(numbered(10))
        first = taken(reader, 4)
        assert [int(d.body) for d in first] == [0, 1, 2, 3]
        assert reader.next(0.2) == ()
        reader.ack(first)
        assert [int(d.body) for d in taken(reader, 4)] == [4, 5, 6, 7]
    with subscribed(amqp_uri) as again:
        assert [int(d.body) for d in taken(again, 4)] == [4, 5, 6, 7]


def test_what_the_broker_refuses_is_told_to_who_published_it(amqp_uri: str) -> None:
    """As one that never came: no position moves for it."""
    with publishing(amqp_uri) as publisher, channel_of(amqp_uri) as channel:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        name = channel.queue_declare("full", arguments=full).queue
        channel.queue_bind(name, EXCHANGE, "#")
        with pytest.raises(NotConfirmed, match="refused"):
            publisher.publish(numbered(20))  # RabbitMQ lets a little more in than it was told


def test_a_message_carries_its_key_and_its_end(amqp_uri: str) -> None:
    """JSON in UTF-8; a head is of no use for long, an event is kept until it was read."""
    with publishing(amqp_uri) as publisher, channel_of(amqp_uri) as channel:
        name = channel.queue_declare(exclusive=True).queue
        channel.queue_bind(name, EXCHANGE, "#")
        publisher.publish([Outgoing("head", "{}", expires=10.0), Outgoing("kept", '"é"')])
        head, kept = (eventually(lambda: channel.basic_get(name)) for _ in range(2))
    assert (head.delivery_info["routing_key"], kept.delivery_info["routing_key"]) == (
        "head",
        "kept",
    )
    assert head.properties["expiration"] == "10000"
    assert "expiration" not in kept.properties
    assert kept.properties["content_type"] == "application/json"
    assert kept.properties["content_encoding"] == "utf-8"
    assert kept.body in ('"é"', '"é"'.encode())
