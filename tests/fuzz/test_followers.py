"""Every service that follows others, told whatever the published messages may hold."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import amqp
import pytest

from shared.eventing import handling
from shared.eventing.exchanges import declare_exchange
from shared.eventing.follow import Follower, follow_loop
from shared.eventing.following import Following
from shared.eventing.live_views import LiveViews
from shared.eventing.relay import events_exchange
from shared.stores.event_log import Parked
from tests.fuzz.followers import FOLLOWERS, Place
from tests.fuzz.on_the_way import mixed_up
from tests.fuzz.publishing import Publisher, said_by
from tests.shared.eventing.deliveries import broker
from tests.shared.eventing.world import running
from tests.support.deadline import eventually

AT_ONCE = 7
"""Messages that a broker mixes up with one another."""
followers = pytest.mark.parametrize("name", FOLLOWERS)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(handling, "FIRST_WAIT", 0)
    return Place(tmp_path, monkeypatch)


def test_who_follows_is_found() -> None:
    """By what is declared: a service that begins to follow is tried as it is."""
    assert {"access", "audit", "notification", "vault"} <= {*FOLLOWERS}


@followers
def test_each_message_is_applied_or_parked_and_what_is_parked_has_done_nothing(
    name: str, place: Place
) -> None:
    """Whoever was told nothing instead of what the first parked has written the same."""
    with place.following(name, home="told") as one:
        follow(place, one, said_by)
        left = written(one)
        waiting = {(item.publisher, item.position) for item in parked(one)}

    def without(source: str) -> Publisher:
        said = said_by(source).said
        void = {"data": ""}
        return Publisher(
            [e.model_copy(update=void) if (source, e.position) in waiting else e for e in said]
        )

    with place.following(name, home="untold") as other:
        follow(place, other, without)
        assert not parked(other)
        assert written(other) == left


@pytest.mark.long
@followers
def test_what_a_broker_does_to_messages_changes_nothing(
    name: str, place: Place, amqp_uri: str
) -> None:
    """Poisoned, repeated, lost and mixed up on their way: it is the log that is followed."""
    with place.following(name, home="pulled") as one:
        follow(place, one, said_by)
        expected = written(one), errors(one)
    with place.following(name, home="delivered", amqp_uri=amqp_uri) as other:
        views = LiveViews(other.views, other.sources, other.log.places)
        for source in other.sources:
            deliver(place, other, views, source)
        assert (written(other), errors(other)) == expected


def follow(place: Place, following: Following, speaking: Callable[[str], Publisher]) -> None:
    """To the end of each publisher's log, which it pulls."""
    views = LiveViews(following.views, following.sources, following.log.places)
    for source in following.sources:
        publisher = place.neighbours.speaking[source] = speaking(source)
        Follower(following, source, views, lambda: None).start()
        stands_at_the_end(following, source, publisher)
        waiting = [item for item in parked(following) if item.publisher == source]
        assert len(waiting) < len(publisher.said)
    assert all(row.event for row in following.log.replay())


def deliver(place: Place, following: Following, views: LiveViews, source: str) -> None:
    """Its loop, at a broker, while the publisher speaks."""
    whole, chance = said_by(source).said, Random(12)
    publisher = place.neighbours.speaking[source] = Publisher()
    exchange = events_exchange(source)
    with (
        broker(following.amqp_uri) as channel,
        running(follow_loop(following, source, views)),
    ):
        declare_exchange(channel, exchange, "topic")

        def publish(key: str, body: bytes) -> None:
            channel.basic_publish(amqp.Message(body), exchange, key)

        for start in range(0, len(whole), AT_ONCE):
            some = whole[start : start + AT_ONCE]
            publisher.said += some
            for key, body in mixed_up(some, chance):
                publish(key, body)
            come_to_the_end(following, source, publisher, publish)


def come_to_the_end(
    following: Following, source: str, publisher: Publisher, publish: Callable[[str, bytes], None]
) -> None:
    """The head is announced again and again, as a relay does it."""

    def at_the_end() -> bool:
        publish("head", publisher.head.model_dump_json().encode())
        stands_at_the_end(following, source, publisher)
        return True

    eventually(at_the_end, within=60, every=0.05)


def stands_at_the_end(following: Following, source: str, publisher: Publisher) -> None:
    reached = following.log.places.followed(source)
    assert reached
    assert reached.position == len(publisher.said)
    for view in following.views:
        stood = view.documents.position(source)
        assert stood
        assert stood.position == reached.position


def parked(following: Following) -> list[Parked]:
    places = following.log.places
    return [item for source in following.sources for item in places.parked(source, limit=10_000)]


def errors(following: Following) -> list[tuple[str, int, str]]:
    return [(item.publisher, item.position, item.error) for item in parked(following)]


def written(following: Following) -> tuple[Counter[str], list[int]]:
    """What its log holds by kind, and how much each read model does: ids and seals are each
    log's own."""
    kinds = Counter(row.topic for row in following.log.read(0, 100_000))
    return kinds, [view.documents.count() for view in following.views]
