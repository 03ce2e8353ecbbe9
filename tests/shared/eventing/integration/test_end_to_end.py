"""From a saved event to its effect in another service, over a real broker and real logs."""

from uuid import uuid4

import amqp
from kombu.utils.url import parse_url

from shared.eventing.entrypoints import following_loops, projecting_loops
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World, running
from tests.support.deadline import eventually


def channel(uri: str) -> amqp.Connection:
    parts = parse_url(uri)
    return amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
    )


def told(world: World, expected: dict[object, list[str]]) -> bool:
    assert {r: world.tally.texts(r) for r in expected} == expected  # type: ignore[arg-type]
    return True


def test_everything_saved_arrives_once_and_in_order(wired: World) -> None:
    """Before the follower exists, while it works, and the very last message."""
    mine = records(3)
    expected: dict[object, list[str]] = {record: [] for record in mine}
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
