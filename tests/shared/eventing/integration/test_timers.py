"""What time does: swept by one process, again and again, whatever one sweep does."""

from threading import Event

import pytest

from shared.eventing import loop as loop_module
from shared.eventing.loop import Loop
from shared.eventing.timers import Timers, timer_loop
from shared.kernel.errors import Unavailable
from shared.kernel.needs_operator import NeedsOperator
from tests.shared.eventing.world import World, running
from tests.support.deadline import eventually


def test_a_broken_sweep_does_not_keep_the_others_from_their_round(world: World) -> None:
    """A mistake in the reminders must not keep records from opening."""
    swept: list[str] = []

    def broken() -> None:
        swept.append("broken")
        raise KeyError("mistake")

    sweeps = {"reminders": broken, "opening": lambda: swept.append("opening")}
    with running(timer_loop(Timers(log=world.notes, every=0.01, sweeps=sweeps))):
        eventually(lambda: swept.count("opening") >= 2)
    assert swept[:4] == ["broken", "opening"] * 2


def test_what_is_out_of_reach_is_swept_again(world: World) -> None:
    """And said meanwhile."""
    fails = [Unavailable()]
    swept: list[str] = []

    def sweep() -> None:
        if fails:
            raise fails.pop()
        swept.append("opening")

    loop = timer_loop(Timers(log=world.notes, every=0.01, sweeps={"opening": sweep}))
    with running(loop):
        eventually(lambda: swept)
        assert loop.check() is None


def test_a_long_sweep_after_an_outage_is_work(world: World) -> None:
    """It may read every document: what was out of reach is there again, and nobody is told that it
    is not."""
    fails, goes_on, ended = [Unavailable()], Event(), Event()

    def sweep() -> None:
        if fails:
            raise fails.pop()
        goes_on.set()
        ended.wait(10)

    loop = timer_loop(Timers(log=world.notes, every=0.01, sweeps={"integrity": sweep}))
    with running(loop):
        eventually(lambda: loop.check() == "Unavailable")
        assert goes_on.wait(10)
        assert loop.check() is None
        ended.set()


def test_what_is_out_of_reach_ends_the_round(world: World) -> None:
    """The others would each wait for it too."""
    swept: list[str] = []

    def out_of_reach() -> None:
        raise Unavailable

    sweeps = {"reminders": out_of_reach, "opening": lambda: swept.append("opening")}
    loop = timer_loop(Timers(log=world.notes, every=0.01, sweeps=sweeps))
    with running(loop):
        eventually(lambda: loop.check() == "Unavailable")
    assert swept == []


def test_between_two_rounds_it_rests(world: World) -> None:
    """As long as the operator has set."""
    stop, swept = Resting(), list[str]()

    def sweep() -> None:
        swept.append("opening")
        if len(swept) == 3:
            stop.set()

    timer_loop(Timers(log=world.notes, every=7.5, sweeps={"opening": sweep})).run(stop)
    assert (stop.rests[0], swept) == (7.5, ["opening"])


class Resting(Event):
    """Notes how long it was to be waited for, and is set then."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout)
        self.set()
        return True


def test_what_an_operator_must_look_at_is_said_and_stops_no_other_sweep(world: World) -> None:
    """Else a log that forks would be silent: its own service would go on saying it is ready."""
    forked, swept = [NeedsOperator("it forks")], list[str]()

    def forking() -> None:
        if forked:
            raise forked[0]

    sweeps = {"checkpoint": forking, "opening": lambda: swept.append("opening")}
    loop = timer_loop(Timers(log=world.notes, every=0.01, sweeps=sweeps))
    with running(loop):
        eventually(lambda: loop.check() == "stopped, an operator must look: it forks")
        eventually(lambda: len(swept) >= 2)
        forked.clear()
        eventually(lambda: loop.check() is None)


def test_one_process_sweeps_and_another_takes_over(world: World) -> None:
    """Replicas would do everything twice: commands are idempotent, letters are not."""
    swept: list[str] = []
    log = world.open_notes()
    made = Timers(log=log, every=0.01, sweeps={"opening": lambda: swept.append("opening")})
    loop = CountedLoop(made)
    with world.notes.leader("timers") as leadership:
        assert leadership.held()
        with running(loop):
            eventually(lambda: loop.turns >= 2)
        assert swept == []
    with running(loop):
        eventually(lambda: swept)


def test_seldom_swept_is_ready_all_the_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a service whose timer is slow would take no calls but just after each round."""
    monkeypatch.setattr(loop_module, "LATE", -1.0)
    swept: list[str] = []
    made = Timers(log=world.notes, every=3600.0, sweeps={"opening": lambda: swept.append("")})
    loop = timer_loop(made)
    with running(loop):
        eventually(lambda: swept)
        assert loop.check() is None


class CountedLoop(Loop):
    def __init__(self, made: Timers) -> None:
        super().__init__("counted", timer_loop(made)._work)
        self.turns = 0

    def turned(self) -> None:
        self.turns += 1
        super().turned()
