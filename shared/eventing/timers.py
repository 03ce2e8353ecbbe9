"""What time does: due dates are swept by one process of a service, and become commands."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event

from shared.eventing.loop import INFRASTRUCTURE, Loop
from shared.eventing.metrics import FAILURES
from shared.kernel.needs_operator import NeedsOperator
from shared.stores.event_log import EventLog
from shared.telemetry.logs import described, log

Sweep = Callable[[], None]
"""Finds what is due and calls an idempotent command for each: it may be swept twice."""


@dataclass(frozen=True, kw_only=True)
class Timers:
    """``every``: seconds between two rounds. ``sweeps``: by name, for logs and metrics."""

    log: EventLog
    every: float
    sweeps: Mapping[str, Sweep]
    close: Callable[[], None] = lambda: None


def timer_loop(timers: Timers) -> Loop:
    """A sweep that fails does not keep the others from their round; it is told, and comes
    again. What is out of reach ends the round, and what an operator must look at stops the loop
    once the others had theirs.
    """

    def work(stop: Event, loop: Loop) -> None:
        with timers.log.leader("timers") as leadership:
            while leadership.held() and not stop.is_set():
                loop.at_work()
                _round(timers, loop.name)
                loop.turned()
                stop.wait(timers.every)
        loop.turned()
        stop.wait(min(timers.every, 1.0))

    return Loop(f"{timers.log.name}.timers", work, rest=timers.every)


def _round(timers: Timers, name: str) -> None:
    stopped: NeedsOperator | None = None
    for sweep_name, sweep in timers.sweeps.items():
        started = time.monotonic()
        try:
            sweep()
        except INFRASTRUCTURE:
            raise
        except NeedsOperator as error:
            stopped = stopped or error
        except Exception as error:  # noqa: BLE001 - one broken sweep must not stop the others
            FAILURES.labels(name, sweep_name).inc()
            seconds = round(time.monotonic() - started, 3)
            log.error("a sweep failed", sweep=sweep_name, s=seconds, **described(error))
    if stopped:
        raise stopped
