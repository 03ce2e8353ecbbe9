"""A loop stops, tells, waits and tries again; it never dies and never hides."""

from threading import Event

import pytest

from shared.eventing import loop as loop_module
from shared.eventing.links import Mismatch
from shared.eventing.loop import Loop
from shared.eventing.metrics import STOPPED
from shared.kernel.errors import Unavailable
from shared.stores.outcome import PositionMoved


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long it waits is no rule; that it tries again is."""
    monkeypatch.setattr(loop_module, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(loop_module, "LONGEST_WAIT", 0.002)


def run(*failures: Exception) -> tuple[list[str | None], Loop]:
    """Each round fails as told, then one goes well; what readiness said before each."""
    stop, said, left = Event(), list[str | None](), list(failures)

    def work(stop: Event, loop: Loop) -> None:
        said.append(loop.check())
        if left:
            raise left.pop(0)
        loop.turned()
        stop.set()

    loop = Loop("notes.relay", work)
    loop.run(stop)
    return said, loop


@pytest.mark.parametrize(
    "failure", [Unavailable(), ConnectionError(), Mismatch("other log"), KeyError("mistake")]
)
def test_whatever_fails_is_told_and_tried_again(failure: Exception) -> None:
    """Also our own mistakes: a process that dies of one would die of it for ever."""
    said, loop = run(failure)
    assert said[0] is None
    assert said[1] is not None
    assert loop.check() is None


def test_giving_way_to_another_process_is_no_trouble() -> None:
    """Somebody does the work: that is what replicas are for."""
    assert run(PositionMoved())[0] == [None, None]


def test_what_an_operator_must_look_at_is_said_and_counted() -> None:
    """A log restored is nothing a machine may guess about."""
    stop, counted = Event(), list[float]()

    def work(stop: Event, loop: Loop) -> None:
        counted.append(STOPPED.labels(loop.name)._value.get())
        if len(counted) == 1:
            raise Mismatch("position 3 holds another event")
        assert "position 3" in (loop.check() or "")
        loop.turned()
        counted.append(STOPPED.labels(loop.name)._value.get())
        stop.set()

    Loop("tally.from.notes", work).run(stop)
    assert counted == [0, 1, 0]


def test_the_text_of_an_unexpected_failure_is_not_repeated() -> None:
    """It may hold what a message held; readiness and logs are read by many."""
    said, _ = run(ValueError("Mrs Ruth is ill"))
    assert said[1] == "ValueError"


def test_a_loop_that_hangs_makes_its_process_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing failed, and nothing is done either."""
    loop = Loop("notes.relay", lambda *_: None)
    assert loop.check() is None
    monkeypatch.setattr(loop_module, "LATE", -1.0)
    assert loop.check() is not None


def test_a_loop_that_rests_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep once an hour is no trouble for the fifty-nine minutes between."""
    loop = Loop("notes.timers", lambda *_: None, rest=3600.0)
    monkeypatch.setattr(loop_module, "LATE", -1.0)
    assert loop.check() is None
