"""Somebody with a broker user of their own, an integrator's or that of a service broken into, who
writes requests by hand: addresses for the answer that are not theirs, headers that copy a message
elsewhere, another's name. The users and rights are those that are deployed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import amqp
import pytest

from scripts.manifests.broker import INTEGRATOR
from shared.eventing.broker import QUEUE
from shared.rpc.intake import Intake, Taken
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import CONTENT_TYPE, EXCHANGE
from tests.deploy.integration.test_broker_rights import (
    Guarded,
    connected,
    guarded,
    refused,
)
from tests.support.deadline import eventually

__all__ = ["connected", "guarded"]
CALLS_VAULT = ("audit", "messaging")
OTHERS_ADDRESSES = (
    "rpc-keyring",
    "rpc-identity",
    "access.from.identity",
    "audit.leaves.from.vault",
    "keyring.open_key",
    "vault.*",
    "#",
    "amq.rabbitmq.reply-to.g1h2AA5yZXBs",
    "carnet.dead",
    "",
)
"""Of queues, methods and followers of services; of the broker itself."""


class Answering:
    """A service's queue as deployed; answers what reaches it. ``reached``: by reply address."""

    def __init__(self, guarded: Guarded, service: str) -> None:
        self.reached: list[str] = []
        self._intake = Intake(guarded.uri(service), service, RpcSettings(), self._answer)
        self._intake.start()
        eventually(lambda: self._intake.check() is None)

    def _answer(self, taken: Taken) -> None:
        self.reached.append(taken.reply_to)
        self._intake.finish(taken, b'{"result": "said by mistake", "error": null}')

    def close(self) -> None:
        self._intake.close()


@pytest.fixture
def vault(guarded: Guarded) -> Iterator[Answering]:
    service = Answering(guarded, "vault")
    yield service
    service.close()


@pytest.fixture
def keyring(guarded: Guarded) -> Iterator[Answering]:
    service = Answering(guarded, "keyring")
    yield service
    service.close()


def say(channel: amqp.Channel, key: str, **properties: Any) -> None:
    message = amqp.Message(b"{}", content_type=CONTENT_TYPE, **properties)
    channel.basic_publish_confirm(message, EXCHANGE, key)


def asked_by(connection: amqp.Connection) -> tuple[amqp.Channel, str, list[bytes]]:
    """A channel, an address of its own, and what comes to it."""
    channel, own, heard = connection.channel(), uuid4().hex, list[bytes]()
    channel.confirm_select()
    queue = f"rpc.reply-{own}"
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, EXCHANGE, own)
    channel.basic_consume(queue, callback=lambda m: heard.append(m.body), no_ack=True)
    return channel, own, heard


def until_answered(connection: amqp.Connection, heard: list[bytes]) -> None:
    def answered() -> bool:
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.2)
        return bool(heard)

    eventually(answered)


@pytest.mark.parametrize("user", [INTEGRATOR, *CALLS_VAULT])
def test_no_answer_goes_to_what_is_anothers(
    connected: Callable[[str], amqp.Connection], vault: Answering, keyring: Answering, user: str
) -> None:
    """Whatever address a caller names: an address with a dot is not answered at all, and a queue's
    name is the address of no queue. A last request of one's own shows that all were taken."""
    channel, own, heard = asked_by(connected(user))
    for address in OTHERS_ADDRESSES:
        say(channel, "vault.head", reply_to=address)
    say(channel, "vault.head", reply_to=own)
    until_answered(connected(user), heard)

    assert vault.reached[-1] == own
    assert not any("." in address for address in vault.reached)
    assert keyring.reached == []
    for name in ("access.from.identity", "rpc-keyring"):
        _, waiting, _ = _owner(connected, name).queue_declare(name, passive=True)
        assert waiting == 0
    channel.close()


def _owner(connected: Callable[[str], amqp.Connection], queue: str) -> amqp.Channel:
    service = queue.removeprefix("rpc-").partition(".")[0]
    channel = connected(service).channel()
    if not queue.startswith("rpc-"):
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments=QUEUE)
    return channel


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_a_copy_by_header_reaches_nobody(
    connected: Callable[[str], amqp.Connection],
    vault: Answering,
    keyring: Answering,
    header: str,
) -> None:
    """RabbitMQ sends a message on to the keys in CC and BCC, and asks no right for these: what
    comes so bears another's key, and is dropped. ``directory`` may call keyring, and not vault."""
    channel, own, heard = asked_by(connected("directory"))
    copied = {"application_headers": {header: ["vault.search", "vault.head"]}}
    say(channel, "keyring.head", reply_to=own, **copied)
    until_answered(connected("directory"), heard)
    channel.close()
    channel, last, heard = asked_by(connected(INTEGRATOR))
    say(channel, "vault.head", reply_to=last)
    until_answered(connected(INTEGRATOR), heard)

    assert keyring.reached == [own]
    assert vault.reached == [last], "under its own key, after the copies in the same queue"
    channel.close()


def test_nobody_speaks_in_anothers_name(connected: Callable[[str], amqp.Connection]) -> None:
    """The broker checks the name a message gives its sender; of an answer nobody's but the
    caller's own link takes it."""
    for user in (INTEGRATOR, *CALLS_VAULT):
        assert refused_as(connected(user), "vault")


def refused_as(connection: amqp.Connection, other: str) -> bool:
    def attempt(channel: amqp.Channel) -> None:
        say(channel, "vault.head", reply_to=uuid4().hex, user_id=other)

    try:
        return refused(connection, attempt)
    except amqp.PreconditionFailed:
        return True


@pytest.mark.parametrize("user", [INTEGRATOR, *CALLS_VAULT])
def test_another_callers_address_cannot_be_listened_to(
    connected: Callable[[str], amqp.Connection], user: str
) -> None:
    """Neither by a pattern, nor by its queue, which is its connection's alone."""
    theirs, own, _ = asked_by(connected("identity"))
    mine = connected(user)
    attempts: list[Callable[[amqp.Channel], Any]] = [
        lambda c: c.basic_consume(f"rpc.reply-{own}"),
        lambda c: c.queue_delete(f"rpc.reply-{own}"),
        lambda c: c.queue_bind(f"rpc.reply-{own}", EXCHANGE, uuid4().hex),
    ]
    taken = []
    for number, attempt in enumerate(attempts):
        try:
            if not refused(mine, attempt):
                taken.append(number)
        except amqp.ResourceLocked:
            continue
    assert taken == []
    theirs.close()
