"""The relay: everything, in order, confirmed; never more than one; told when it cannot."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, singledispatch
from threading import Event as ThreadingEvent
from uuid import uuid4

import amqp
import pytest
from kombu.utils.url import parse_url

from shared.eventing import broker as broker_module
from shared.eventing import relay as relay_module
from shared.eventing.broker import NotConfirmed, Outgoing, Publisher
from shared.eventing.entrypoints import (
    FollowingLeaves,
    following_loops,
    projecting_loops,
)
from shared.eventing.head_watch import GATHER, HeadWatch
from shared.eventing.leaf_feed import leaf_loop
from shared.eventing.loop import Loop
from shared.eventing.messages import LeafBatch, MessageData
from shared.eventing.outbox import OutboxReader
from shared.eventing.relay import LEAVES, MESSAGES, Exchanges, Relay, relay_loop
from shared.stores.event_log import PositionMoved
from shared.stores.places import Moved
from tests.shared.eventing.sample import DayKeys, Note, NoteWritten, records
from tests.shared.eventing.world import World, running
from tests.support.deadline import eventually


@contextmanager
def listening(uri: str, exchange: str, kind: str) -> Iterator["Heard"]:
    """A queue of our own, bound to everything of an exchange."""
    parts = parse_url(uri)
    connection = amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
    )
    connection.connect()
    channel = connection.channel()
    channel.exchange_declare(exchange, kind, durable=True, auto_delete=False)
    queue = channel.queue_declare(exclusive=True).queue
    channel.queue_bind(queue, exchange, "#")
    try:
        yield Heard(channel, queue)
    finally:
        connection.close()


class Heard:
    def __init__(self, channel: amqp.Channel, queue: str) -> None:
        self._channel = channel
        self._queue = queue
        self._rest: deque[tuple[str, dict[str, object]]] = deque()
        self.taken = 0
        """Deliveries that held what was heard."""

    def next(self) -> tuple[str, dict[str, object]]:
        """Routing key, and a head, leaves or the next message of a run."""
        if not self._rest:
            message = eventually(partial(self._channel.basic_get, self._queue, no_ack=True))
            key, body = message.delivery_info["routing_key"], json.loads(message.body)
            self.taken += 1
            self._rest += [(key, one) for one in body.get("envelopes", [body])]
        return self._rest.popleft()

    def at_once(self) -> str | None:
        """Routing key of what is there already."""
        message = self._channel.basic_get(self._queue, no_ack=True)
        return message.delivery_info["routing_key"] if message else None

    def positions(self, count: int) -> list[object]:
        return [self.next()[1]["position"] for _ in range(count)]


@contextmanager
def relaying(world: World, outbox: OutboxReader | None = None) -> Iterator[Relay]:
    exchanges = Exchanges.open(world.amqp_uri, "notes")
    try:
        yield Relay(world.notes, outbox or world.outbox, exchanges)
    finally:
        exchanges.close()


def test_listed_events_are_published_in_order_under_their_names(wired: World) -> None:
    """Whoever binds by name gets what it wants; whoever binds to all misses nothing."""
    for text in "abc":
        wired.notes.write(uuid4(), text, reads=1)
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        assert relay.turn()
        keys = [heard.next() for _ in range(3)]
    assert [key for key, _ in keys] == ["note_written"] * 3
    assert [body["position"] for _, body in keys] == [1, 3, 5]
    assert [body["previous"] for _, body in keys] == [0, 1, 3]


def test_what_is_published_at_once_travels_in_one_piece(wired: World) -> None:
    """Several messages are as much work as one to the broker and to each who follows."""
    for text in "abc":
        wired.notes.write(uuid4(), text, reads=1)
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        assert relay.turn()
        assert heard.positions(3) == [1, 3, 5]
        assert heard.at_once() is None
        assert heard.taken == 1


def test_a_connection_without_leaves_to_carry_stays_open(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quiet service writes nothing for hours; its broker hangs up on who is silent."""
    monkeypatch.setattr(broker_module, "HEARTBEAT", 1)
    monkeypatch.setattr(relay_module, "ANNOUNCE", 0.1)
    with relaying(wired) as relay:
        hung_up = time.monotonic() + 4.0  # more than twice the heartbeat
        while time.monotonic() < hung_up:
            relay.turn()
        wired.notes.write(uuid4(), "a")
        assert relay.turn()


class Hand:
    """A clock that is moved by hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_a_head_is_announced_after_a_second_and_ever_more_rarely(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost last message is found soon; who has nothing to say costs next to nothing."""
    monkeypatch.setattr(relay_module, "time", clock := Hand())

    def announced(relay: Relay, seconds: int) -> list[int]:
        found = []
        for second in range(1, seconds + 1):
            clock.now += 1
            assert not relay.turn()
            found += [second] if heard.at_once() == "head" else []
        return found

    wired.notes.write(uuid4(), "a")
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        assert relay.turn()
        assert heard.at_once() == "note_written"
        assert announced(relay, 32) == [1, 3, 7, 15, 23, 31]
        wired.notes.write(uuid4(), "b")
        assert relay.turn()
        assert heard.at_once() == "note_written"
        assert announced(relay, 3) == [1, 3]


class Meanwhile(ThreadingEvent):
    """Told to stop after so many rests; during each something else happens."""

    def __init__(self, rests: int, then: Callable[[], object]) -> None:
        super().__init__()
        self._rests, self._then = rests, then

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == GATHER
        self._rests -= 1
        if self._rests == 0:
            self.set()
        self._then()
        return self.is_set()


def test_what_is_saved_while_a_relay_rests_goes_in_one_batch(wired: World) -> None:
    """One batch costs the broker, and each who follows, about as much as one event."""

    def more() -> None:
        for text in "bcd":
            wired.notes.write(uuid4(), text)

    exchanges = partial(Exchanges.open, wired.amqp_uri, "notes")
    loop = relay_loop(wired.notes, wired.outbox, exchanges, HeadWatch(wired.notes))
    wired.notes.write(uuid4(), "a")
    with listening(wired.amqp_uri, "notes.leaves", "fanout") as heard:
        loop.run(Meanwhile(2, more))
        batches = [heard.next()[1] for _ in range(2)]

    assert [(batch["after"], batch["to"]) for batch in batches] == [(0, 1), (1, 4)]


def test_a_relay_that_died_before_its_position_repeats_and_never_skips(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: followers know what they have."""
    wired.notes.write(uuid4(), "a")
    with listening(wired.amqp_uri, "notes.events", "topic") as heard:

        def dies(*_: Moved) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying, relaying(wired) as relay:
            dying.setattr(wired.notes.places, "publish", dies)
            with pytest.raises(KeyboardInterrupt):
                relay.turn()
        wired.notes.write(uuid4(), "b")
        with relaying(wired) as relay:
            relay.turn()
        assert heard.positions(3) == [1, 1, 2]


def test_what_the_broker_did_not_confirm_is_published_again(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The position waits for the confirm, not for the sending."""
    wired.notes.write(uuid4(), "a")
    with relaying(wired) as relay, monkeypatch.context() as deaf:
        deaf.setattr("shared.eventing.broker.PATIENCE", 0.2)
        deaf.setattr(Publisher, "_on_ack", lambda *_: None)
        exchanges = Exchanges.open(wired.amqp_uri, "notes")
        unheard = Relay(wired.notes, wired.outbox, exchanges)
        with pytest.raises(NotConfirmed):
            unheard.turn()
        exchanges.close()
        assert wired.notes.places.published("messages").position == 0
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        relay.turn()
        assert heard.positions(1) == [1]


def test_a_message_that_no_queue_takes_holds_nothing_up(wired: World) -> None:
    """RabbitMQ confirms it; who follows later pulls it from the log."""
    record = uuid4()
    wired.notes.write(record, "a")
    with relaying(wired) as relay:
        assert relay.turn()
    assert wired.notes.places.published("messages").position == 1
    with running(*following_loops(wired.following())):
        eventually(lambda: wired.tally.texts(record) == ["a"], within=20)


def test_two_relays_never_both_move_on(wired: World) -> None:
    """Even if the lock failed: the position is compared and set."""
    wired.notes.write(uuid4(), "a")
    with relaying(wired) as first, relaying(wired) as second:
        before = wired.notes.places.published("messages")
        first.turn()
        after = wired.notes.places.published("messages")
        with pytest.raises(PositionMoved):
            wired.notes.places.publish(Moved("messages", before, after))
        assert second.turn() is False


def test_one_relay_leads_and_another_takes_over(wired: World) -> None:
    """Replicas stand by; the lock goes with the process that had it."""
    record = uuid4()
    open_exchanges = partial(Exchanges.open, wired.amqp_uri, "notes")
    standby_log, watch = wired.open_notes(), HeadWatch(wired.notes)
    with listening(wired.amqp_uri, "notes.events", "topic") as heard:
        wired.notes.write(record, "a")  # before it looks: of an empty log it announces the head
        with running(relay_loop(wired.notes, wired.outbox, open_exchanges, watch)):
            assert heard.positions(1) == [1]
            with standby_log.leader("relay") as leadership:
                assert not leadership.held()
        with running(relay_loop(standby_log, wired.outbox, open_exchanges, watch)):
            wired.notes.write(record, "b")
            eventually(lambda: 2 in heard.positions(1), within=10)


def test_an_idle_relay_announces_its_head(wired: World) -> None:
    """So that the last message lost is missed within seconds."""
    wired.notes.write(uuid4(), "a", reads=2)
    with running(*projecting_loops(wired.projecting())):
        eventually(lambda: wired.notes.places.published("messages").position == 3)
        with listening(wired.amqp_uri, "notes.events", "topic") as heard:
            found = [heard.next() for _ in range(2)]
    assert found[0] == found[1] == ("head", wired.outbox.head())


def test_leaves_of_all_events_come_in_ranges_that_meet(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Private ones included; a hole between two ranges would be an alarm."""
    monkeypatch.setattr(relay_module, "BATCH", 4)
    with listening(wired.amqp_uri, "notes.leaves", "fanout") as heard, relaying(wired) as relay:
        for text in "abc":
            wired.notes.write(uuid4(), text, reads=2)
        while relay.turn():
            pass
        batches = [LeafBatch.model_validate(heard.next()[1]) for _ in range(3)]
    assert [(b.after, b.to) for b in batches] == [(0, 4), (4, 8), (8, 9)]
    told = [leaf for batch in batches for leaf in batch.leaves]
    assert told == LeafBatch.model_validate(wired.outbox.leaves(0, 100)).leaves
    assert len(told) == 9


@singledispatch
def broken_message_for(event: object) -> MessageData | None:
    return None


@broken_message_for.register
def _(event: Note.Created) -> MessageData:
    return NoteWritten.model_construct(text=None)  # type: ignore[arg-type]  # on purpose


def test_a_message_that_cannot_be_published_stops_the_relay_and_is_told(wired: World) -> None:
    """Never skipped; and the leaves of the events go out all the same."""
    wired.notes.write(uuid4(), "a")
    outbox = OutboxReader(wired.notes, broken_message_for, DayKeys())
    open_exchanges = partial(Exchanges.open, wired.amqp_uri, "notes")
    loop = relay_loop(wired.notes, outbox, open_exchanges, HeadWatch(wired.notes))
    with running(loop):
        eventually(lambda: "an operator must look" in (loop.check() or ""), within=10)
    assert wired.notes.places.published(MESSAGES).position == 0
    assert wired.notes.places.published(LEAVES).position == 1


def test_leaves_are_acknowledged_once_they_were_taken(wired: World) -> None:
    """The one who logs them says when it has them; what it fails to take comes again."""
    taken: list[tuple[int, int]] = []
    idle: list[str] = []
    fails = [OSError("the disk is full")]

    def handle(batch: LeafBatch) -> None:
        if fails:
            raise fails.pop()
        taken.append((batch.after, batch.to))

    following = FollowingLeaves(
        follower="audit",
        sources=("notes",),
        handle=handle,
        idle=idle.append,
        amqp_uri=wired.amqp_uri,
    )
    with running(leaf_loop(following, "notes")):
        eventually(lambda: idle == ["notes"], within=10)
        with relaying(wired) as relay:
            wired.notes.write(uuid4(), "a", reads=1)
            relay.turn()
            eventually(lambda: taken == [(0, 2)], within=20)
    assert fails == []


def test_every_relay_keeps_two_channels(wired: World, broker: object) -> None:
    """Opening one per message costs more than the message."""
    with relaying(wired) as relay:
        for record in records(5):
            wired.notes.write(record, "a")
            relay.turn()
        vhost = parse_url(wired.amqp_uri)["virtual_host"]
        listed = broker.control("list_channels", "-p", vhost, "pid")  # type: ignore[attr-defined]  # a Broker
        assert len([line for line in listed.splitlines() if "<" in line]) == 2


def test_a_publisher_waits_for_every_confirm_of_its_batch(wired: World) -> None:
    """However many, and however RabbitMQ groups its answers."""
    publisher = Publisher(wired.amqp_uri, "notes.events", "topic")
    publisher.publish([Outgoing("note_written", str(n)) for n in range(500)])
    assert publisher._unconfirmed == set()
    publisher.close()


def test_a_loop_whose_broker_is_away_makes_its_process_unready(world: World) -> None:
    """Readiness says so while events go on being saved."""
    open_away = partial(Exchanges.open, "pyamqp://nobody@127.0.0.1:1//", "notes")
    loop: Loop = relay_loop(world.notes, world.outbox, open_away, HeadWatch(world.notes))
    world.notes.write(uuid4(), "a")
    with running(loop):
        eventually(lambda: loop.check() is not None, within=10)
    assert world.notes.places.published(MESSAGES).position == 0
