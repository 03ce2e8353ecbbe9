"""A follower by hand, and what a broker hands it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import amqp
from kombu.utils.url import parse_url

from shared.eventing.broker import Delivery
from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope, Head, Pulled
from tests.shared.eventing.world import World


def follower(following: Following, turned: Callable[[], None] = lambda: None) -> Follower:
    views = LiveViews(following.views, following.sources, following.log.places)
    return Follower(following, "notes", views, turned)


@contextmanager
def broker(uri: str) -> Iterator[amqp.Channel]:
    parts = parse_url(uri)
    with amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
    ) as connection:
        yield connection.channel()


def delivery(message: Envelope | Head) -> Delivery:
    key = "head" if isinstance(message, Head) else message.type.partition(".")[2]
    return Delivery(key, message.model_dump_json().encode(), 1)


def published(world: World) -> list[Envelope]:
    return Pulled.model_validate(world.outbox.events(0, 500)).envelopes


def head(world: World) -> Head:
    return Head.model_validate(world.outbox.head())
