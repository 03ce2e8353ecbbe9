"""Which loops a process runs, and how they begin and end with its nameko service."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from shared.eventing import entrypoints
from shared.eventing.entrypoints import (
    FollowingLeaves,
    Loops,
    Timers,
    follow,
    follow_leaves,
    project,
    timers,
)
from shared.eventing.loop import Loop
from shared.stores.settings import EventStoreSettings
from shared.telemetry.health import health
from tests.shared.eventing.world import World

IN_TIME = 10.0


class Spawned(Thread):
    def wait(self) -> None:
        self.join(IN_TIME)


class Container:
    """nameko's own runs green threads, which need a process that was patched for them."""

    service_name = "played.loops"

    def __init__(self) -> None:
        self.spawned: list[Spawned] = []

    def spawn_managed_thread(self, run: Callable[[], None], identifier: str) -> Spawned:
        thread = Spawned(target=run, name=identifier, daemon=True)
        thread.start()
        self.spawned.append(thread)
        return thread


class Work:
    """Two loops, and what came of them. ``until``: a round ends once this is set."""

    def __init__(self) -> None:
        self.built = 0
        self.begun = [Event(), Event()]
        self.closed = Event()
        self.was_open: list[bool] = []
        self.until: Event | None = None

    def build(self) -> tuple[Sequence[Loop], Callable[[], None]]:
        self.built += 1
        return [self._loop(number) for number in range(2)], self.closed.set

    def _loop(self, number: int) -> Loop:
        def work(stop: Event, _: Loop) -> None:
            self.begun[number].set()
            (self.until or stop).wait(IN_TIME)
            self.was_open.append(not self.closed.wait(0.05))

        return Loop(f"entrypoints.{number}", work)


@contextmanager
def started(work: Work) -> Iterator[tuple[Any, Container]]:
    loops, container = Loops(work.build), Container()
    loops.container = container
    assert not work.built, "an operator's command wants the parts, not what runs"
    loops.setup()
    loops.start()
    try:
        assert all(begun.wait(IN_TIME) for begun in work.begun)
        yield loops, container
    finally:
        work.closed.set()
        loops.stop()
        for number in range(2):
            health.remove(f"entrypoints.{number}")


def test_the_loops_of_a_process_run_together_and_tell_whether_they_are_well() -> None:
    """Readiness names the one that is in trouble."""
    work = Work()
    with started(work) as (_, container):
        assert work.built == 1
        assert [thread.name for thread in container.spawned] == ["entrypoints.0", "entrypoints.1"]
        assert {"entrypoints.0", "entrypoints.1"}.isdisjoint(health.unready())
        assert {"entrypoints.0", "entrypoints.1"} <= set(health._checks)


def stopped(loops: Any) -> bool:
    """In time; not if it hangs."""
    stopping = Thread(target=loops.stop, daemon=True)
    stopping.start()
    stopping.join(IN_TIME)
    return not stopping.is_alive()


def test_rounds_under_way_end_before_what_they_use_is_closed() -> None:
    """A service that is told to stop cuts nothing off that would have ended by itself."""
    work = Work()
    with started(work) as (loops, container):
        assert stopped(loops)
        assert work.was_open == [True, True]
        assert work.closed.is_set()
        assert not any(thread.is_alive() for thread in container.spawned)


def test_a_round_that_hangs_is_cut_off_by_closing_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As by a crash, which every loop recovers from: a process must end when it is told to."""
    monkeypatch.setattr(entrypoints, "GRACE", 0.01)
    work = Work()
    work.until = work.closed
    with started(work) as (loops, container):
        assert stopped(loops)
        assert work.was_open == [False, False]
        assert not any(thread.is_alive() for thread in container.spawned)


def test_a_service_that_is_killed_waits_for_nobody() -> None:
    """Its loops are told to stop, and end by themselves."""
    work = Work()
    with started(work) as (loops, container):
        loops.kill()
        for thread in container.spawned:
            thread.wait()
        assert not any(thread.is_alive() for thread in container.spawned)
        assert not work.closed.is_set()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[World]:
    store = EventStoreSettings(data_dir=tmp_path)
    opened = World(store, store, tmp_path)
    yield opened
    opened.notes.close()
    opened.tally.close()


def names(service: Any) -> list[str]:
    loops, _ = service.loops._build()
    return [loop.name for loop in loops]


def test_each_process_runs_what_its_name_says(on_sqlite: World) -> None:
    """One loop for each thing that may stop by itself: publishers, views, heads, checkpoints."""
    made = on_sqlite.following()
    several = replace(made, sources=("notes", "vault"))

    assert names(project("notes", on_sqlite.projecting)) == [
        "notes.head", "notes.relay", "notes.checkpoints", "notes.view.notes"
    ]  # fmt: skip
    assert names(follow("tally", lambda: several)) == [
        "tally.from.notes", "tally.from.vault", "tally.views"
    ]  # fmt: skip
    assert names(follow("tally", lambda: replace(made, views=()))) == ["tally.from.notes"]
    assert names(follow_leaves("audit", leaves)) == [
        "audit.leaves.from.notes", "audit.leaves.from.vault"
    ]  # fmt: skip
    assert names(timers("tally", lambda: timing(on_sqlite))) == ["tally.timers"]


def leaves(close: Callable[[], None] = lambda: None) -> FollowingLeaves:
    return FollowingLeaves(
        follower="audit",
        sources=("notes", "vault"),
        handle=lambda _: None,
        idle=lambda _: None,
        amqp_uri="",
        close=close,
    )


def timing(world: World, close: Callable[[], None] = lambda: None) -> Timers:
    return Timers(log=world.tally, every=1, sweeps={}, close=close)


def test_each_process_is_named_and_closes_what_was_built_for_it(on_sqlite: World) -> None:
    """By that name nameko and the operator's commands find it, and the parts it runs on."""
    closed: list[str] = []
    made: dict[str, tuple[Any, object]] = {
        "notes.project": (
            project, replace(on_sqlite.projecting(), close=lambda: closed.append("notes.project"))
        ),
        "tally.follow": (
            follow, replace(on_sqlite.following(), close=lambda: closed.append("tally.follow"))
        ),
        "audit.leaves": (follow_leaves, leaves(lambda: closed.append("audit.leaves"))),
        "tally.timers": (timers, timing(on_sqlite, lambda: closed.append("tally.timers"))),
    }  # fmt: skip
    for name, (entrypoint, parts) in made.items():
        service: Any = entrypoint(name.partition(".")[0], lambda parts=parts: parts)
        assert service.name == name
        assert service.build() is parts
        _, close = service.loops._build()
        close()
    assert closed == list(made)
