"""Leaves over a real broker: lost, repeated and late batches end in the same log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest
from pydantic import BaseModel

from services.audit.adapters.leaves import LeafFollower, batch_of
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.anomaly import Anomaly
from shared.crypto.local_keys import LocalKeys
from shared.eventing.broker import Outgoing, Publisher
from shared.eventing.leaf_feed import FollowingLeaves, leaf_loop
from shared.eventing.messages import LeafBatch
from shared.eventing.relay import leaves_exchange
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings
from tests.audit.acts import deposited
from tests.audit.ground import RECORD, ROOT_KEY, Vault, pull_from
from tests.audit.logs import NOW

DEADLINE = 20.0


class Town:
    """A vault that saves, an audit that follows it over the broker."""

    def __init__(self, folder: Path, amqp_uri: str) -> None:
        settings, clock = EventStoreSettings(data_dir=folder), FixedClock(NOW)
        self.vault: EventLog = Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock)
        self.audit = Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock)
        self.tree = SqlTree(self.audit.guarded)
        self._amqp_uri = amqp_uri
        self._publisher = Publisher(amqp_uri, leaves_exchange("vault"), "fanout")

    def save(self, events: int) -> None:
        for _ in range(events):
            self.vault.save(deposited(RECORD, uuid4()))

    def publish(self, after: int, limit: int) -> None:
        found = self.vault.leaves(after, limit)
        message: BaseModel = LeafBatch(
            service="vault",
            epoch=found.epoch,
            after=found.after,
            to=found.to,
            leaves=list(found.leaves),
        )
        self._publisher.publish([Outgoing("leaves", message.model_dump_json())])

    def publish_text(self, body: str) -> None:
        self._publisher.publish([Outgoing("leaves", body)])

    @contextmanager
    def following(self) -> Iterator[None]:
        follower = LeafFollower(self.audit, self.tree, "vault", pull_from({"vault": self.vault}))
        made = FollowingLeaves(
            follower="audit",
            sources=("vault",),
            handle=lambda wire: follower.take(batch_of(wire)),
            idle=lambda _: follower.idle(),
            amqp_uri=self._amqp_uri,
        )
        stop = Event()
        thread = Thread(target=leaf_loop(made, "vault").run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(DEADLINE)

    def close(self) -> None:
        self._publisher.close()
        self.audit.close()
        self.vault.close()


@pytest.fixture
def town(tmp_path: Path, amqp_uri: str) -> Iterator[Town]:
    town = Town(tmp_path, amqp_uri)
    yield town
    town.close()


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.02)


def in_order(town: Town) -> bool:
    """Every event of the vault is in the log once, in its order."""
    [run] = town.tree.runs()
    return (run.first_position, run.last_position) == (1, town.vault.head().position)


def test_lost_repeated_and_broken_batches(town: Town) -> None:
    """The ranges tell what is missing, and the service's own log gives it."""
    town.save(4)  # published to nobody: audit did not listen yet
    town.publish(0, 4)
    with town.following():
        wait_until(lambda: town.tree.size() == 4)
        town.save(8)
        town.publish(8, 2)  # the batch before this one was lost
        town.publish(4, 2)  # and comes late
        town.publish(8, 2)  # and this one twice
        town.publish_text("no batch")
        wait_until(lambda: town.tree.size() == 12)  # the last two were never published

    assert in_order(town)


def test_a_follower_that_was_away_catches_up(town: Town) -> None:
    """What was published while nobody consumed waits in the queue, and is no second leaf."""
    with town.following():
        wait_until(lambda: town.tree.size() == 0)
        town.save(2)
        town.publish(0, 2)
        wait_until(lambda: town.tree.size() == 2)
    town.save(3)
    town.publish(2, 3)
    with town.following():
        wait_until(lambda: town.tree.size() == 5)

    assert in_order(town)


def test_a_service_that_never_pauses_is_not_pulled_from_for_ever(town: Town) -> None:
    """Else its batches stay unacknowledged until the broker gives the follower up."""
    answer = pull_from({"vault": town.vault})

    def never_pauses(service: str, after: int, limit: int) -> object:
        assert town.vault.head().position < 20, "still pulled from"
        town.save(1)
        return answer(service, after, limit)

    LeafFollower(town.audit, town.tree, "vault", never_pauses).catch_up()

    assert town.tree.size() > 0


def test_a_hole_in_the_service_s_own_answer_is_an_alarm(town: Town) -> None:
    """Nothing above the hole is appended; an anomaly is saved once, however often it is met."""
    town.save(4)

    def skips(service: str, after: int, limit: int) -> object:
        answer = pull_from({"vault": town.vault})(service, after, limit)
        return {**answer, "after": after + 2, "leaves": answer["leaves"][2:]}

    follower = LeafFollower(town.audit, town.tree, "vault", skips)
    for _ in range(2):
        with pytest.raises(Unavailable):
            follower.catch_up()

    assert town.tree.size() == 0
    [alarm] = town.audit.read(0, 10)
    assert isinstance(alarm.event, Anomaly.Created)
    assert (alarm.event.kind, alarm.event.service, alarm.event.position) == ("hole", "vault", 0)
