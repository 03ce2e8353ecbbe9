"""How long a loop that fails waits before it tries again, told by a clock that only records."""

from threading import Event

import pytest

from shared.eventing.loop import LATE, Loop
from shared.kernel.errors import Unavailable
from shared.stores.outcome import PositionMoved


class Stop(Event):
    """Ends after so many waits, and remembers each."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self._waits = waits
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        if len(self.waited) == self._waits:
            self.set()
        return self.is_set()


@pytest.mark.parametrize("failure", [Unavailable(), ValueError(), PositionMoved()])
def test_each_wait_is_twice_the_one_before_up_to_half_a_minute(failure: Exception) -> None:
    """What is down is not hammered; what is back is not left alone for longer than that."""

    def work(_stop: Event, _loop: Loop) -> None:
        raise failure

    stop, loop = Stop(11), Loop("waiting", work)
    loop.run(stop)
    assert stop.waited == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0])
    assert loop.ended.is_set()


def test_a_round_that_went_well_begins_again_with_the_shortest() -> None:
    """Trouble of yesterday makes nobody wait today."""

    def work(stop: Event, loop: Loop) -> None:
        assert isinstance(stop, Stop)
        if len(stop.waited) == 3:
            loop.turned()
        raise OSError

    stop = Stop(5)
    Loop("turning", work).run(stop)
    assert stop.waited == pytest.approx([0.1, 0.2, 0.4, 0.1, 0.2])


def test_work_that_ends_by_itself_is_called_again_at_once() -> None:
    """It gave way for a moment; only failures wait."""
    rounds: list[int] = []
    stop = Stop(1)

    def work(_stop: Event, _loop: Loop) -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            stop.set()

    Loop("ending", work).run(stop)
    assert rounds == [0, 1, 2]
    assert stop.waited == []


def test_what_fails_while_it_is_stopped_is_no_trouble() -> None:
    """Connections are closed under it then."""
    stop = Stop(9)

    def work(_stop: Event, _loop: Loop) -> None:
        stop.set()
        raise OSError

    loop = Loop("stopping", work)
    loop.run(stop)
    assert loop.check() is None


@pytest.mark.parametrize(
    ("rest", "after", "is_late"), [(0, 30, False), (0, 31, True), (5, 34, False), (5, 36, True)]
)
def test_late_is_half_a_minute_beyond_its_rest(
    monkeypatch: pytest.MonkeyPatch, rest: float, after: float, is_late: bool
) -> None:
    now = [100.0]
    monkeypatch.setattr("shared.eventing.loop.time.monotonic", lambda: now[0])
    loop = Loop("resting", lambda _stop, _loop: None, rest=rest)
    now[0] += after
    assert (loop.check() is not None) is is_late
    loop.turned()
    assert loop.check() is None
    assert LATE == 30.0
