"""Each service's user on a real broker: all that its code does, and nothing of another's."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import amqp
import pytest

from scripts.machine.rabbitmq import Broker
from scripts.manifests.broker import INTEGRATOR, OPERATOR, VHOST, definitions, users
from scripts.manifests.wiring import all_wiring, wiring
from scripts.ops.queues import emptied
from shared.eventing.broker import Outgoing, Publisher, Subscription
from shared.rpc.client import RpcClient
from shared.rpc.intake import Intake
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import EXCHANGE
from tests.support.deadline import eventually

SERVICES = [wired.service for wired in all_wiring()]


@dataclass(frozen=True)
class Guarded:
    """A broker with the definitions in force. ``uri`` logs in as a user of them."""

    address: str
    passwords: dict[str, str]

    def uri(self, user: str) -> str:
        return f"amqp://{user}:{self.passwords[user]}@{self.address}/{VHOST}"

    def connect(self, user: str, password: str | None = None) -> amqp.Connection:
        connection = amqp.Connection(
            self.address,
            userid=user,
            password=password or self.passwords[user],
            virtual_host=VHOST,
            connect_timeout=5,
        )
        connection.connect()
        return connection


@pytest.fixture(scope="module")
def guarded(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    passwords = {user: secrets.token_hex(8) for user in users()}
    file = tmp_path_factory.mktemp("definitions") / "definitions.json"
    file.write_text(json.dumps(definitions(passwords)))
    broker.control("import_definitions", str(file))
    return Guarded(urlsplit(broker.uri()).netloc.rpartition("@")[2], passwords)


@pytest.fixture
def connected(guarded: Guarded) -> Iterator[Callable[[str], amqp.Connection]]:
    """One connection a user, closed at the end."""
    open_ones: dict[str, amqp.Connection] = {}

    def connect(user: str) -> amqp.Connection:
        if user not in open_ones:
            open_ones[user] = guarded.connect(user)
        return open_ones[user]

    yield connect
    for connection in open_ones.values():
        connection.close()


def refused(connection: amqp.Connection, attempt: Callable[[amqp.Channel], Any]) -> bool:
    """Whether the broker says no. A publish is only refused some time after it was written."""
    channel = connection.channel()
    channel.confirm_select()
    try:
        attempt(channel)
    except amqp.AccessRefused:
        return True
    channel.close()
    return False


def publish(channel: amqp.Channel, exchange: str, key: str) -> None:
    channel.basic_publish_confirm(amqp.Message("{}", reply_to="nobody"), exchange, key)


def is_up(intake: Intake) -> bool:
    return intake.check() is None


def test_what_its_code_does_a_service_may_do(guarded: Guarded) -> None:
    """Rights too narrow would show at night: each service's own code sets up all it uses."""
    for wired in all_wiring():
        uri = guarded.uri(wired.service)
        intake = Intake(uri, wired.service, RpcSettings(), lambda _: None)
        intake.start()
        eventually(partial(is_up, intake))
        for kind, exchange in (("topic", "events"), ("fanout", "leaves")):
            publisher = Publisher(uri, f"{wired.service}.{exchange}", kind)
            publisher.publish([Outgoing("head", "{}")])
            publisher.close()
        _follow_all(uri, wired.service)
        intake.close()


def _follow_all(uri: str, service: str) -> None:
    wired = wiring(service)
    heard = [(f"{service}.checkpoints", "audit.checkpoints", "fanout")]
    heard += [(f"{service}.from.{o}", f"{o}.events", "topic") for o in wired.follows]
    if wired.hears_leaves:
        heard += [(f"{service}.leaves.from.{o}", f"{o}.leaves", "fanout") for o in wired.follows]
    for queue, exchange, kind in heard:
        with Subscription(uri, queue=queue, exchange=exchange, kind=kind):
            pass


def test_a_service_may_call_those_it_calls_and_is_answered(guarded: Guarded) -> None:
    """The whole way round: a request, and a reply to an address of the caller's own."""
    called = {other: _answering(guarded, other) for other in ("keyring", "access")}
    client = RpcClient(guarded.uri("vault"), timeout=10)
    try:
        for other in called:
            assert client.call(other, "head", {}) == {"from": other}
    finally:
        client.close()
        for intake in called.values():
            intake.close()


def _answering(guarded: Guarded, service: str) -> Intake:
    reply = json.dumps({"result": {"from": service}, "error": None}).encode()
    taking: list[Intake] = []
    intake = Intake(
        guarded.uri(service), service, RpcSettings(), lambda t: taking[0].finish(t, reply)
    )
    taking.append(intake)
    intake.start()
    eventually(lambda: intake.check() is None)
    return intake


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_touch_what_is_anothers(
    connected: Callable[[str], amqp.Connection], service: str
) -> None:
    """Of one that was broken into: no other's requests, events or queues, forged or read."""
    own = connected(service)
    stranger = _stranger(service)
    # its queue exists, so that what is refused is the right and not the lack of a queue
    connected(stranger).channel().queue_declare(f"{stranger}.probe", durable=True)
    attempts: dict[str, Callable[[amqp.Channel], Any]] = {
        "read its requests": lambda c: c.basic_consume(f"rpc-{stranger}"),
        "read its queue": lambda c: c.basic_consume(f"{stranger}.probe"),
        "empty its queue": lambda c: c.queue_purge(f"{stranger}.probe"),
        "delete its queue": lambda c: c.queue_delete(f"{stranger}.probe"),
        "forge its events": lambda c: publish(c, f"{stranger}.events", "record_opened"),
        "forge its leaves": lambda c: publish(c, f"{stranger}.leaves", "leaves"),
        "delete its exchange": lambda c: c.exchange_delete(f"{stranger}.events"),
        "put into a queue directly": lambda c: publish(c, "", f"{stranger}.probe"),
        "delete the exchange of all": lambda c: c.exchange_delete(EXCHANGE),
        "read everybody's requests": lambda c: bind(c, service, "#"),
        "read its requests by a queue of one's own": lambda c: bind(c, service, f"{stranger}.*"),
        "read all replies": lambda c: bind(c, service, "*"),
    }
    if stranger not in wiring(service).calls:
        attempts["call it"] = lambda c: publish(c, EXCHANGE, f"{stranger}.head")
    allowed = [what for what, attempt in attempts.items() if not refused(own, attempt)]
    assert allowed == []


def _stranger(service: str) -> str:
    """Another service, one that this one never calls if there is one (audit pulls from all)."""
    others = sorted(set(SERVICES) - {service}, key=lambda s: s in wiring(service).calls)
    return others[0]


def bind(channel: amqp.Channel, service: str, key: str) -> None:
    queue = f"rpc.reply-{uuid4().hex}"
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, EXCHANGE, key)


def test_those_who_do_not_follow_cannot_read_events(
    connected: Callable[[str], amqp.Connection],
) -> None:
    """Sealed, but who has how many events is nobody's business."""
    for wired in all_wiring():
        for other in set(SERVICES) - wired.follows - {wired.service}:
            queue = f"{wired.service}.from.{other}"

            def follow(channel: amqp.Channel, queue: str = queue, other: str = other) -> None:
                channel.queue_declare(queue, durable=True)
                channel.queue_bind(queue, f"{other}.events", "#")

            assert refused(connected(wired.service), follow), (wired.service, other)


def test_an_integrator_calls_and_reads_its_own_replies_only(
    connected: Callable[[str], amqp.Connection],
) -> None:
    """Facility software is outside: it has the RPC of the contract, and nothing else."""
    own = connected(INTEGRATOR)
    assert not refused(own, lambda c: bind(c, INTEGRATOR, uuid4().hex))
    assert not refused(own, lambda c: publish(c, EXCHANGE, "vault.search"))
    forbidden: list[Callable[[amqp.Channel], Any]] = [
        lambda c: bind(c, INTEGRATOR, "vault.*"),
        lambda c: bind(c, INTEGRATOR, "#"),
        lambda c: c.basic_consume("rpc-vault"),
        lambda c: publish(c, "vault.events", "document_deposited"),
        lambda c: publish(c, EXCHANGE, uuid4().hex),
        lambda c: c.queue_declare("rpc-vault2", durable=True),
    ]
    assert [n for n, attempt in enumerate(forbidden) if not refused(own, attempt)] == []


def test_an_operator_who_restores_empties_queues_and_does_nothing_else(
    guarded: Guarded, connected: Callable[[str], amqp.Connection]
) -> None:
    """Not those of requests: what waits there is somebody's call."""
    for service in SERVICES:
        _follow_all(guarded.uri(service), service)
    answering = _answering(guarded, "vault")
    assert emptied(guarded.uri(OPERATOR)).endswith("thrown away at the broker")
    forbidden: list[Callable[[amqp.Channel], Any]] = [
        lambda c: c.queue_purge("rpc-vault"),
        lambda c: c.basic_consume("rpc-vault"),
        lambda c: c.queue_delete("vault.checkpoints"),
        lambda c: publish(c, "vault.events", "document_deposited"),
        lambda c: publish(c, EXCHANGE, "vault.search"),
    ]
    own = connected(OPERATOR)
    assert [n for n, attempt in enumerate(forbidden) if not refused(own, attempt)] == []
    answering.close()


def test_who_restores_with_the_rights_of_a_service_is_told_to_empty_the_queues(
    guarded: Guarded,
) -> None:
    """It may not empty those of others, and nobody shall believe that it did."""
    assert "to be emptied by hand (AccessRefused)" in emptied(guarded.uri("vault"))
