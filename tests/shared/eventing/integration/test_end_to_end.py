"""From a saved event to its effect in another service, over a real broker and real logs."""

from uuid import UUID, uuid4

import amqp
from kombu.utils.url import parse_url

from shared.eventing.entrypoints import following_loops, projecting_loops
from shared.eventing.follow import follow_loop
from shared.eventing.live_views import LiveViews
from shared.eventing.parking import Parking
from shared.kernel.actor import Actor, ActorKind
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World, running
from tests.support.deadline import eventually

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="op-1")


def channel(uri: str) -> amqp.Connection:
    parts = parse_url(uri)
    return amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
    )


def told(world: World, expected: dict[UUID, list[str]]) -> bool:
    assert {r: world.tally.texts(r) for r in expected} == expected
    return True


def test_everything_saved_arrives_once_and_in_order(wired: World) -> None:
    """Before the follower exists, while it works, and the very last message."""
    mine = records(3)
    expected: dict[UUID, list[str]] = {record: [] for record in mine}
    for number in range(30):
        wired.notes.write(mine[number % 3], f"n{number}", reads=number % 2)
        expected[mine[number % 3]].append(f"n{number}")
    with running(*projecting_loops(wired.projecting())):
        with running(*following_loops(wired.following())):
            eventually(lambda: told(wired, expected), within=30)
            for number in range(30, 60):
                wired.notes.write(mine[number % 3], f"n{number}", reads=number % 2)
                expected[mine[number % 3]].append(f"n{number}")
            eventually(lambda: told(wired, expected), within=30)
            eventually(lambda: wired.documents("journal").count() == 60, within=30)
        eventually(lambda: wired.documents("notes").count() == 60, within=30)


def test_what_waited_is_applied_while_nothing_comes(wired: World) -> None:
    """Behind a message that an operator has discarded; no other of its publisher need follow."""
    (mine,) = records(1)
    for text in ("a", "poison", "b"):
        wired.notes.write(mine, text)
    following = wired.following()
    views = LiveViews(following.views, following.sources, following.log.places)
    with running(follow_loop(following, "notes", views)):
        eventually(lambda: len(wired.tally.places.parked("notes")) == 2)
        Parking(following, views).discard("notes", 2, "sent_by_mistake", OPERATOR)
        eventually(lambda: wired.tally.texts(mine) == ["a", "b"])
    assert wired.tally.places.parked("notes") == []


def test_the_broker_holds_nothing_readable(wired: World) -> None:
    """Its disks are not ours: text, record's content and who acted are sealed on the way."""
    connection = channel(wired.amqp_uri)
    connection.connect()
    with connection, connection.channel() as listening:
        listening.exchange_declare("notes.events", "topic", durable=True, auto_delete=False)
        queue = listening.queue_declare(exclusive=True).queue
        listening.queue_bind(queue, "notes.events", "#")
        wired.notes.write(uuid4(), "an illness")
        with running(*projecting_loops(wired.projecting())):
            message = eventually(lambda: listening.basic_get(queue), within=20)
    body = message.body if isinstance(message.body, str) else message.body.decode()
    assert "note_written" in body
    assert "illness" not in body
    assert '"by"' not in body
    assert message.properties["delivery_mode"] == 2
