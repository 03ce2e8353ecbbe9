"""What any peer with the broker's password may put into every queue of every service."""

from typing import Any

import amqp
import pytest

from scripts.cli.processes import SERVICES
from shared.rpc.link import _connection as connection
from tests.support.deadline import eventually
from tests.trust.conftest import Attacked

POISON: tuple[tuple[dict[str, Any], bytes], ...] = (
    ({}, b"{}"),
    ({"reply_to": "vault.deposit"}, b'{"args": [], "kwargs": {}}'),
    ({"content_type": "application/x-python-serialize"}, b"\x80\x04."),
    ({"content_type": "application/json"}, b"[" * 100_000),
    ({"content_type": "application/json", "content_encoding": "gzip"}, b"\x1f\x8b"),
    ({"content_type": "application/json"}, b"\xff\xfe\x00"),
    ({"content_type": "application/json"}, b"0" * 8_000_000),
)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_poison_in_every_queue(attacked: Attacked, figures: dict[str, Any]) -> None:
    """Requests, events and leaves that nobody can read: taken off, and everybody still answers."""
    before, queues = attacked.pids(), queues_of(attacked)
    with connection(attacked.deployment.broker.uri(), "test", 10.0, lambda _: None) as peer:
        channel = peer.channel()
        for queue in queues:
            for properties, body in POISON:
                channel.basic_publish(
                    amqp.Message(body, **properties), exchange="", routing_key=queue
                )
    eventually(lambda: not waiting(attacked), within=60)

    figures.update(queues=len(queues), poison=len(queues) * len(POISON))
    assert {name.partition(".")[0].removeprefix("rpc-") for name in queues} >= set(SERVICES)
    assert attacked.pids() == before
    hospital = attacked.cast.hospital()
    for number in attacked.records:
        assert hospital.ask("identity.resolve", ins=number)["status"] == "open"


def queues_of(attacked: Attacked) -> dict[str, int]:
    """Messages in each durable queue of the services."""
    told = attacked.deployment.broker.control(
        "--quiet", "list_queues", "--no-table-headers", "name", "messages", "durable"
    )
    rows = [line.split("\t") for line in told.splitlines() if line.strip()]
    return {name: int(count) for name, count, durable in rows if durable == "true"}


def waiting(attacked: Attacked) -> dict[str, int]:
    found = {name: count for name, count in queues_of(attacked).items() if count}
    assert found == {}
    return found
