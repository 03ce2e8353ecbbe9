"""What a relay says of itself and its log: to who follows, to its operator, to who takes over."""

from functools import partial, singledispatch
from threading import Event as ThreadingEvent
from uuid import uuid4

import pytest

from shared.eventing import loop as loop_module
from shared.eventing.broker import NotConfirmed, Publisher
from shared.eventing.head_watch import HeadWatch
from shared.eventing.loop import Loop
from shared.eventing.metrics import LOG_POSITION, PUBLISHED, PUBLISHED_FRESH, PUBLISHED_POSITION
from shared.eventing.outbox import OutboxReader
from shared.eventing.relay import ANNOUNCE, LEAVES, MESSAGES, Exchanges, Relay, relay_loop
from shared.stores.event_log import EventLog
from tests.shared.eventing.integration.test_relay import Hand, listening, relaying
from tests.shared.eventing.sample import DayKeys
from tests.shared.eventing.world import World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
"""What is said to a broker is the same from either store."""


def test_an_empty_log_announces_that_it_is_empty_and_then_its_first_event(wired: World) -> None:
    """Position 0 and no digest: a follower must not wait for an event that never was."""
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        assert not relay.turn()
        key, head = heard.next()
        assert (key, head["position"], head["digest"]) == ("head", 0, "")
        assert head["epoch"] == wired.notes.head().epoch
        wired.notes.write(uuid4(), "a")
        assert relay.turn()
        key, first = heard.next()
        assert (key, first["position"], first["previous"]) == ("note_written", 1, 0)
        assert first["previous_digest"] == ""


def test_what_was_private_so_far_is_before_no_message(wired: World) -> None:
    """The first that is published says that none was before it, wherever it is in the log."""
    nothing = OutboxReader(wired.notes, singledispatch(lambda _: None), DayKeys())
    wired.notes.write(uuid4(), "a")
    with relaying(wired, nothing) as relay:
        assert relay.turn()
    wired.notes.write(uuid4(), "b")
    with listening(wired.amqp_uri, "notes.events", "topic") as heard, relaying(wired) as relay:
        assert relay.turn()
        assert heard.positions(1) == [2]
    assert wired.notes.places.published(MESSAGES).last == 2


def value(metric: object) -> float:
    return float(metric.labels("notes")._value.get())  # type: ignore[attr-defined]  # a gauge's


def test_an_operator_sees_how_far_all_is_published(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages by number, the log and what is out by position, lag by time."""
    clock = [1000.0]
    monkeypatch.setattr("shared.eventing.freshness.time.time", lambda: clock[0])
    before = value(PUBLISHED)
    with relaying(wired) as relay:
        for _ in range(3):
            wired.notes.write(uuid4(), "a", reads=1)
        clock[0] = 1001.0
        relay.turn()
        assert value(PUBLISHED) - before == 3
        assert value(PUBLISHED_POSITION) == value(LOG_POSITION) == 6
        assert value(PUBLISHED_FRESH) == 1001.0

        clock[0] = 1002.0
        relay.turn()
        assert value(PUBLISHED_FRESH) == 1002.0
        monkeypatch.setattr("shared.eventing.relay.BATCH", 2)
        wired.notes.write(uuid4(), "b", reads=3)
        clock[0] = 1003.0
        relay.turn()
        assert (value(LOG_POSITION), value(PUBLISHED_POSITION)) == (10, 8)
        assert value(PUBLISHED_FRESH) == 1002.0


@pytest.mark.parametrize("deaf", ["events", "leaves"])
def test_positions_move_once_both_exchanges_have_confirmed(
    wired: World, monkeypatch: pytest.MonkeyPatch, deaf: str
) -> None:
    """A leaf that was lost would be an alarm, a message a hole."""
    on_ack = Publisher._on_ack

    def unheard(publisher: Publisher, tag: int, multiple: bool) -> None:
        if not publisher._exchange.endswith(deaf):
            on_ack(publisher, tag, multiple)

    monkeypatch.setattr(Publisher, "_on_ack", unheard)
    monkeypatch.setattr("shared.eventing.broker.PATIENCE", 0.1)
    wired.notes.write(uuid4(), "a")
    with relaying(wired) as relay, pytest.raises(NotConfirmed):
        relay.turn()
    assert wired.notes.places.published(MESSAGES).position == 0
    assert wired.notes.places.published(LEAVES).position == 0


class Resting(ThreadingEvent):
    """Lets half a minute go by at each rest, and ends at the third, or after ten rounds without
    one. What readiness said before each."""

    def __init__(self, clock: Hand) -> None:
        super().__init__()
        self._clock = clock
        self._left = 10
        self.loop: Loop | None = None
        self.rests: list[float | None] = []
        self.said: list[str | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert self.loop
        self.rests.append(timeout)
        self.said.append(self.loop.check())
        self._clock.now += loop_module.LATE + 1
        if len(self.rests) == 3:
            self.set()
        return self.is_set()

    def round(self) -> None:
        self._left -= 1
        if not self._left:
            self.set()


@pytest.fixture
def resting(monkeypatch: pytest.MonkeyPatch) -> Resting:
    monkeypatch.setattr(loop_module, "time", clock := Hand())
    return Resting(clock)


def run(loop: Loop, resting: Resting) -> None:
    resting.loop = loop
    loop.turned()
    loop.run(resting)


def test_a_relay_that_stands_by_rests_and_is_well(
    wired: World, resting: Resting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica without work is ready to take over; it opens nothing and costs nothing."""
    opened: list[object] = []
    leader = EventLog.leader

    def counted(log: EventLog, role: str) -> object:
        resting.round()
        return leader(log, role)

    with wired.open_notes().leader("relay") as leadership:
        assert leadership.held()
        monkeypatch.setattr(EventLog, "leader", counted)
        watch = HeadWatch(wired.notes)
        run(relay_loop(wired.notes, wired.outbox, partial(opened.append, 1), watch), resting)  # type: ignore[arg-type]  # never called
    assert opened == []
    assert resting.rests == [ANNOUNCE] * 3
    assert resting.said == [None] * 3


def test_a_relay_that_leads_waits_for_what_is_new_and_closes_what_it_opened(
    wired: World, resting: Resting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again when the log has moved; the broker keeps no channel of one that ended."""
    opened: list[Exchanges] = []
    turn = Relay.turn

    def open_exchanges() -> Exchanges:
        opened.append(Exchanges.open(wired.amqp_uri, "notes"))
        return opened[-1]

    def counted(relay: Relay) -> bool:
        resting.round()
        return turn(relay)

    class Watched(HeadWatch):
        def wait(self, seen: int) -> None:
            assert seen == wired.notes.head().position
            resting.wait(-1.0)

    monkeypatch.setattr(Relay, "turn", counted)
    wired.notes.write(uuid4(), "a")
    run(relay_loop(wired.notes, wired.outbox, open_exchanges, Watched(wired.notes)), resting)
    assert len(resting.rests) == 3
    assert resting.rests[1:] == [-1.0, -1.0]
    assert resting.said == [None] * 3
    (exchanges,) = opened
    assert not exchanges.events._connection.connected
    assert not exchanges.leaves._connection.connected
