"""A loop that outlives what it depends on: it stops, tells, waits and tries again."""

import time
from collections.abc import Callable
from threading import Event

from amqp.exceptions import AMQPError
from eventsourcing.persistence import InterfaceError, InternalError, OperationalError
from kombu.exceptions import KombuError

from shared.eventing.metrics import FAILURES, STOPPED
from shared.kernel.errors import (
    DeadlineExceeded,
    StaleRead,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from shared.kernel.needs_operator import NeedsOperator
from shared.stores.outcome import PositionMoved
from shared.telemetry.logs import described, log

INFRASTRUCTURE = (
    *(Unavailable, DeadlineExceeded, StaleRead, TooMany, Unauthenticated),
    *(OperationalError, InterfaceError, InternalError),
    *(AMQPError, KombuError, OSError),
)
"""What is out of reach, not wrong: nothing is parked or skipped for it. ``Unauthenticated`` is
our own token refused: a clock or a key, never a message."""
FIRST_WAIT = 0.1
LONGEST_WAIT = 30.0
"""Seconds between two tries; doubled each time. A loop that an operator has to look at goes on
trying too, so that it needs no restart once it was helped."""
LATE = 30.0
"""Seconds beyond its rest after which a loop that does not turn makes its process unready."""


class Loop:
    """``work(stop)`` returns when it is told to stop or gives way; it is called again until then.

    ``work`` calls :meth:`turned` at each round that went well. ``rest``: seconds it pauses
    between two rounds, which do not make it late.
    """

    def __init__(
        self, name: str, work: Callable[[Event, "Loop"], None], *, rest: float = 0.0
    ) -> None:
        self.name = name
        self._work = work
        self._rest = rest
        self._problem: str | None = None
        self._out_of_reach = False
        self._turned = time.monotonic()
        self._wait = FIRST_WAIT
        self.ended = Event()

    def run(self, stop: Event) -> None:
        """Returns only when ``stop`` is set; whatever happens in a round ends that round."""
        while not stop.is_set():
            try:
                self._work(stop, self)
            except PositionMoved:
                log.info("gave way to another process", loop=self.name)
            except Exception as error:  # noqa: BLE001 - a loop never dies, it tells and tries again
                if not stop.is_set():
                    self._tell(error)
            else:
                continue
            stop.wait(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        self.ended.set()

    def turned(self) -> None:
        if self._problem:
            log.info("turns again", loop=self.name)
        self._turned = time.monotonic()
        self._problem, self._wait = None, FIRST_WAIT
        STOPPED.labels(self.name).set(0)

    def at_work(self) -> None:
        """What it could not reach is there again; the round that begins may take long."""
        if self._out_of_reach:
            self._problem, self._turned = None, time.monotonic()

    def check(self) -> str | None:
        """For readiness: a sentence while this loop is in trouble or late."""
        if self._problem:
            return self._problem
        late = time.monotonic() - self._turned
        return f"has not turned for {late:.0f} s" if late > self._rest + LATE else None

    def _tell(self, error: Exception) -> None:
        kind = "infrastructure" if isinstance(error, INFRASTRUCTURE) else "error"
        said = type(error).__name__
        if isinstance(error, NeedsOperator):
            kind, said = "operator", f"stopped, an operator must look: {error}"
            STOPPED.labels(self.name).set(1)
        FAILURES.labels(self.name, kind).inc()
        report = log.warning if kind == "infrastructure" else log.error
        report("stopped for a while", loop=self.name, why=said, **described(error))
        self._problem, self._out_of_reach = said, kind == "infrastructure"
