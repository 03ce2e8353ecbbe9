"""The nameko services of ``entrypoints/project.py``, ``follow.py`` and ``timers.py``.

nameko starts and stops them; what they do is plain loops, which know nothing of it. (Its own
event handlers acknowledge a message whose worker failed, and keep no order.)
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

from nameko.extensions import DependencyProvider

from shared.eventing.audit_lag import checkpoint_loop
from shared.eventing.checkpoints import Prove
from shared.eventing.codec import TransportKeys
from shared.eventing.follow import follow_loop
from shared.eventing.following import Following
from shared.eventing.head_watch import HeadWatch, watch_loop
from shared.eventing.leaf_feed import FollowingLeaves, leaf_loop
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import Loop
from shared.eventing.messages import MessageFor
from shared.eventing.outbox import OutboxReader
from shared.eventing.project import project_loop
from shared.eventing.rebuild import rebuild_loop
from shared.eventing.relay import Exchanges, relay_loop
from shared.eventing.timers import Timers, timer_loop
from shared.eventing.view import View
from shared.stores.event_log import EventLog
from shared.telemetry.health import health
from shared.telemetry.starting import starting

__all__ = [
    "Following", "FollowingLeaves", "Projecting", "Timers", "View",
    "follow", "follow_leaves", "project", "timers",
]  # fmt: skip

GRACE = 1.0
"""Seconds the rounds under way have to end by themselves once the service stops."""
Close = Callable[[], None]
Build = Callable[[], tuple[Sequence[Loop], Close]]
"""Builds what the loops need, in a process that is about to run them."""


@dataclass(frozen=True, kw_only=True)
class Projecting:
    """``views``: read models over the service's own log; ``message_for``: what it publishes;
    ``prove``: asks the transparency log how it continues a tree that was seen."""

    log: EventLog
    message_for: MessageFor
    transport_keys: TransportKeys
    amqp_uri: str
    prove: Prove
    views: Sequence[View] = ()
    close: Close = lambda: None


def project(name: str, build: Callable[[], Projecting]) -> type:
    """``<name>.project``: the relay and the service's own read models."""

    def loops() -> tuple[Sequence[Loop], Close]:
        made = build()
        return projecting_loops(made), made.close

    return _service(f"{name}.project", loops, build)


def follow(name: str, build: Callable[[], Following]) -> type:
    """``<name>.follow``: policies, and read models over other services' messages."""

    def loops() -> tuple[Sequence[Loop], Close]:
        made = build()
        return following_loops(made), made.close

    return _service(f"{name}.follow", loops, build)


def follow_leaves(name: str, build: Callable[[], FollowingLeaves]) -> type:
    """``<name>.leaves``: the digests of other services' events."""

    def loops() -> tuple[Sequence[Loop], Close]:
        made = build()
        return [leaf_loop(made, source) for source in made.sources], made.close

    return _service(f"{name}.leaves", loops, build)


def timers(name: str, build: Callable[[], Timers]) -> type:
    """``<name>.timers``: what time does."""

    def loops() -> tuple[Sequence[Loop], Close]:
        made = build()
        return [timer_loop(made)], made.close

    return _service(f"{name}.timers", loops, build)


def projecting_loops(made: Projecting) -> list[Loop]:
    outbox = OutboxReader(made.log, made.message_for, made.transport_keys)
    watch = HeadWatch(made.log)
    exchanges = partial(Exchanges.open, made.amqp_uri, made.log.name)
    return [
        watch_loop(watch, made.log.name),
        relay_loop(made.log, outbox, exchanges, watch),
        checkpoint_loop(made.log, made.amqp_uri, made.prove),
        *(project_loop(made.log, view, watch) for view in made.views),
    ]


def following_loops(made: Following) -> list[Loop]:
    views = LiveViews(made.views, made.sources, made.log.places)
    followers = [follow_loop(made, source, views) for source in made.sources]
    return [*followers, rebuild_loop(made, views)] if made.views else followers


class Loops(DependencyProvider):
    """Runs loops from the start of a nameko service to its end."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._stop = Event()
        self._loops: Sequence[Loop] = ()
        self._close: Close = lambda: None
        self._threads: list[Any] = []

    def setup(self) -> None:
        with starting(self.container.service_name):
            self._loops, self._close = self._build()
        for loop in self._loops:
            health.add(loop.name, loop.check)

    def start(self) -> None:
        for loop in self._loops:
            run = partial(loop.run, self._stop)
            self._threads.append(self.container.spawn_managed_thread(run, identifier=loop.name))

    def stop(self) -> None:
        """A round may be waiting for a service that is stopping too: what it waits on is closed
        under it then. It is cut off as by a crash, which every loop recovers from."""
        self._stop.set()
        until = time.monotonic() + GRACE
        for loop in self._loops:
            loop.ended.wait(max(0.0, until - time.monotonic()))
        self._close()
        for thread in self._threads:
            thread.wait()

    def kill(self) -> None:
        self._stop.set()


def _service(name: str, build: Build, made: Callable[[], object]) -> type:
    """``build`` stays at hand for operators' commands, which need the same parts."""
    return type(name, (), {"name": name, "loops": Loops(build), "build": staticmethod(made)})
