"""Checkpoints are told over a broker that ends connections, as one does that is restarted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.machine.rabbitmq import Broker
from services.audit.adapters.checkpoints import (
    EXCHANGE,
    CheckpointMessages,
    CheckpointSweep,
)
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from shared.crypto.local_keys import LocalKeys
from shared.eventing.audit_lag import heard
from shared.eventing.broker import Subscription
from shared.eventing.checkpoints import take
from shared.kernel.clock import FixedClock
from shared.kernel.note import VerifierKey
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, ORIGIN, PRIVATE, VERIFIER, batch, publisher


@pytest.fixture
def hears(amqp_uri: str) -> Iterator[Subscription]:
    queue = "vault.checkpoints"
    with Subscription(amqp_uri, queue=queue, exchange=EXCHANGE, kind="fanout") as subscription:
        yield subscription


def sizes(hears: Subscription) -> list[int]:
    read = (heard(delivery.body, "vault") for delivery in hears.next(2.0))
    return [message.checkpoint.size for message in read if message]


def end_connection(broker: Broker, messages: CheckpointMessages) -> None:
    """With the broker's own word for it, as when it is drained."""
    publishing = messages._publisher
    assert publishing is not None
    port = str(publishing._connection.connection.transport.sock.getsockname()[1])
    for line in broker.control("list_connections", "pid", "peer_port").splitlines():
        pid, *rest = line.split()
        if rest == [port]:
            broker.control("close_connection", pid, "drained")


def test_a_connection_that_the_broker_ended_is_made_anew(
    tmp_path: Path, broker: Broker, amqp_uri: str, hears: Subscription
) -> None:
    """One kept after that would tell nobody any more: every service would find its events late,
    and refuse normal openings, until somebody starts this process again."""
    settings = EventStoreSettings(data_dir=tmp_path / "data")
    messages = CheckpointMessages(amqp_uri, FixedClock(NOW), VERIFIER)
    with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
        tree = SqlTree(audit.guarded)
        log = publisher(tree, FolderFiles(tmp_path / "log"))
        sweep = CheckpointSweep(audit, tree, log, messages)
        tree.append(batch("vault", 0, 3))
        sweep()
        assert sizes(hears) == [3]

        end_connection(broker, messages)
        tree.append(batch("vault", 3, 5))
        sweep()

        assert sizes(hears) == [5]
    messages.close()


def test_a_key_that_follows_is_vouched_for_by_the_one_before(
    tmp_path: Path, amqp_uri: str, hears: Subscription
) -> None:
    """What is told while the log changes keys is what a service needs to believe the new one."""
    settings = EventStoreSettings(data_dir=tmp_path / "data")
    before = CheckpointMessages(amqp_uri, FixedClock(NOW), VERIFIER)
    new_key = Ed25519PrivateKey.generate()
    verifier = VerifierKey(ORIGIN, new_key.public_key().public_bytes_raw())
    former = (VERIFIER, PRIVATE.sign)
    after = CheckpointMessages(amqp_uri, FixedClock(NOW), verifier, former)
    with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
        tree = SqlTree(audit.guarded)
        log = publisher(tree, FolderFiles(tmp_path / "log"))
        renewed = replace(log, verifier=verifier, sign=new_key.sign, former=former)
        tree.append(batch("vault", 0, 3))
        for by, messages in ((log, before), (renewed, after)):
            CheckpointSweep(audit, tree, by, messages)()
            messages.close()
        for delivery in (*hears.next(2.0), *hears.next(0.1)):
            message = heard(delivery.body, "vault")
            assert message is not None
            take(audit, message, lambda *_: [])
        seen = audit.places.seen_checkpoint()

    assert seen is not None
    assert seen.vkey == str(verifier)
