"""One looks at the log, and all who wait go on."""

from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, cast

from shared.eventing.head_watch import HeadWatch, watch_loop
from shared.stores.event_log import EventLog
from tests.shared.eventing.world import running
from tests.support.deadline import eventually


def log_at(place: dict[str, int]) -> EventLog:
    recorder = SimpleNamespace(max_notification_id=lambda: place["head"])
    return cast("EventLog", SimpleNamespace(recorder=recorder))


def test_all_who_wait_go_on_when_the_head_moves(monkeypatch: Any) -> None:
    """None of them waits until it would have looked by itself."""
    monkeypatch.setattr("shared.eventing.head_watch.LONGEST", 60.0)
    place = {"head": 3}
    watch = HeadWatch(log_at(place))
    done = [Event() for _ in range(3)]

    def wait(event: Event) -> None:
        watch.wait(3)
        event.set()

    with running(watch_loop(watch, "notes")):
        eventually(lambda: watch._head == 3)
        waiters = [Thread(target=wait, args=(event,)) for event in done]
        for waiter in waiters:
            waiter.start()
        assert not any(event.is_set() for event in done)
        place["head"] = 4
        assert all(event.wait(10) for event in done)
        watch.wait(3)  # it has moved already
    for waiter in waiters:
        waiter.join()


def test_who_has_seen_more_waits_too(monkeypatch: Any) -> None:
    """It would turn without a pause until the next look, and let nobody else have a turn."""
    monkeypatch.setattr("shared.eventing.head_watch.LONGEST", 60.0)
    place = {"head": 4}
    watch = HeadWatch(log_at(place))
    watch.look()
    waiter = Thread(target=watch.wait, args=(5,))
    waiter.start()
    eventually(lambda: len(watch._moved._waiters) == 1)  # type: ignore[attr-defined]  # of threading
    place["head"] = 6
    watch.look()
    waiter.join(10)

    assert not waiter.is_alive()


def test_who_waits_at_the_end_is_let_go(monkeypatch: Any) -> None:
    """A process that stops does not wait for an event that may never come."""
    monkeypatch.setattr("shared.eventing.head_watch.LONGEST", 60.0)
    watch = HeadWatch(log_at({"head": 1}))
    waiter = Thread(target=watch.wait, args=(1,))

    with running(watch_loop(watch, "notes")):
        eventually(lambda: watch._head == 1)
        waiter.start()
        eventually(lambda: len(watch._moved._waiters) == 1)  # type: ignore[attr-defined]  # of threading
    waiter.join(10)

    assert not waiter.is_alive()


def test_each_look_is_a_turn() -> None:
    """After one that failed it is ready again."""
    place = {"head": 1}
    loop = watch_loop(HeadWatch(log_at(place)), "notes")
    del place["head"]
    with running(loop):
        eventually(loop.check)
        place["head"] = 1
        eventually(lambda: loop.check() is None)
