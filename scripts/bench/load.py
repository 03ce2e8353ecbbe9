"""Load from a process of its own, at a rate that does not wait for answers (open loop).

A call's time counts from the instant it was due, not from the instant it could be sent: what
a caller would have waited while an earlier call hung is in the figure.
"""

import itertools
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic, sleep
from typing import Any

from hdrh.histogram import HdrHistogram

from shared.kernel.errors import Refusal

HANDS = 64
"""Threads that send; more calls than that under way wait, and their wait counts."""
WARM_UP = 2.0
"""Seconds of the same load before what counts."""
LONGEST, DIGITS = 120_000_000, 3
"""Of a histogram: microseconds, and how many digits of a time are kept."""
KEPT = 0.95
"""Share of the rate asked for that must be answered."""
SLOWEST = 1000.0
"""Milliseconds at the 95th percentile beyond which a rate is not kept."""
BEHIND = 5.0
"""Seconds after a load's end by which the transparency log must hold all of it; a rate that leaves
more for later is not kept."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one load saw. ``wanted``: a second; ``seconds``: until the last answers came;
    ``histogram``: times of the answers, in microseconds, as HdrHistogram encodes them; ``behind``:
    seconds from the end until every event was in the transparency log."""

    wanted: float
    seconds: float
    answered: int
    refusals: dict[str, int]
    histogram: bytes
    behind: float = 0.0

    @property
    def rate(self) -> float:
        """Answered a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds; infinite when nothing was answered."""
        read = HdrHistogram.decode(self.histogram)
        if not read.get_total_count():
            return math.inf
        return float(read.get_value_at_percentile(share * 100)) / 1000

    @property
    def is_sustained(self) -> bool:
        """All answered, at the rate asked for, none too late, and logged soon."""
        kept = not self.refusals and self.rate >= KEPT * self.wanted
        return kept and self.percentile(0.95) <= SLOWEST and self.behind <= BEHIND

    @property
    def sustained(self) -> float:
        """Answered a second if that was kept, else none: not even the lowest rate was."""
        return self.rate if self.is_sustained else 0.0

    def to_json(self) -> dict[str, Any]:
        times = {f"p{100 * s:g}_ms": self.percentile(s) for s in (0.5, 0.9, 0.95, 0.99, 1.0)}
        return {
            "wanted": self.wanted,
            "rate": self.rate,
            "seconds": self.seconds,
            "answered": self.answered,
            "refusals": self.refusals,
            "behind": self.behind,
            **{name: time for name, time in times.items() if math.isfinite(time)},
            "hdr": self.histogram.decode(),
        }


class Watch:
    """Times of calls, counted from when each was due. Any thread may use it."""

    def __init__(self) -> None:
        self._times = HdrHistogram(1, LONGEST, DIGITS)
        self._refusals: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._last = 0.0

    def answered(self, due: float, now: float) -> None:
        with self._lock:
            self._times.record_value(max(1, min(LONGEST, round((now - due) * 1e6))))
            self._last = max(self._last, now)

    def refused(self, code: str) -> None:
        with self._lock:
            self._refusals[code] += 1

    def told(self, wanted: float, began: float, seconds: float) -> Told:
        """``seconds``: of load; answers that came later than :data:`SLOWEST` after it make it
        longer: there was more than was kept up with."""
        return Told(
            wanted=wanted,
            seconds=max(seconds, self._last - began - SLOWEST / 1000),
            answered=int(self._times.get_total_count()),
            refusals=dict(self._refusals),
            histogram=self._times.encode(),
        )


def open_loop(
    rate: float, seconds: float, work: Callable[[int], object], warm_up: float = WARM_UP
) -> Told:
    """``work(n)`` for n from 0, ``rate`` times a second; what is due while it warms up is done
    and not counted."""
    watch, began = Watch(), monotonic()
    counted = began + warm_up
    dues = _Dues(began, rate, counted + seconds)

    def send() -> None:
        for number, due in dues:
            sleep(max(0.0, due - monotonic()))
            try:
                work(number)
            except Refusal as refusal:
                watch.refused(refusal.code)
            else:
                if due >= counted:
                    watch.answered(due, monotonic())

    hands = [threading.Thread(target=send) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return watch.told(rate, counted, seconds)


class _Dues:
    """Numbers from 0 and when each is due, until the end; any thread may take the next."""

    def __init__(self, began: float, rate: float, end: float) -> None:
        self._began, self._rate, self._end = began, rate, end
        self._numbers, self._lock = itertools.count(), threading.Lock()

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return self

    def __next__(self) -> tuple[int, float]:
        with self._lock:
            number = next(self._numbers)
        due = self._began + number / self._rate
        if due >= self._end:
            raise StopIteration
        return number, due


def elsewhere(run: Callable[..., Any], *arguments: Any) -> Any:
    """``run(*arguments)`` in a new process, which shares no lock with anybody measured."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, run, arguments))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def _run(answer: Connection, run: Callable[..., Any], arguments: Sequence[Any]) -> None:
    answer.send(run(*arguments))
