"""A follower by hand, and what a broker hands it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import amqp
from kombu.utils.url import parse_url

from shared.eventing.broker import Delivery
from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope, Head, Pulled, Run
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


def delivery(message: Envelope | Head, *more: Envelope) -> Delivery:
    """A head, or messages of one type in one run."""
    if isinstance(message, Head):
        return Delivery("head", message.model_dump_json().encode(), 1)
    run = Run(envelopes=[message, *more])
    return Delivery(message.type.partition(".")[2], run.model_dump_json().encode(), 1)


def published(world: World) -> list[Envelope]:
    return Pulled.model_validate(world.outbox.events(0, 500)).envelopes


def head(world: World) -> Head:
    return Head.model_validate(world.outbox.head())


def write(world: World, mine: Sequence[UUID], texts: str) -> dict[UUID, list[str]]:
    """One note per letter, over the records in turn; what each should be told."""
    expected: dict[UUID, list[str]] = {record: [] for record in mine}
    for number, text in enumerate(texts):
        world.notes.write(mine[number % len(mine)], text, reads=number % 2)
        expected[mine[number % len(mine)]].append(text)
    return expected


def told(world: World, expected: dict[UUID, list[str]]) -> dict[UUID, list[str]]:
    return {record: world.tally.texts(record) for record in expected}


def restore(world: World, position: int) -> None:
    """What a restore of a backup does to the publisher's log."""
    with world.notes.guarded.writing() as sql:
        if world.notes_store.postgres_dsn:
            sql("DELETE FROM notes_events WHERE notification_id > ?", position)
            sql(
                "SELECT setval(pg_get_serial_sequence('notes_events', 'notification_id'), ?)",
                position,
            )
        else:
            sql("DELETE FROM stored_events WHERE rowid > ?", position)
