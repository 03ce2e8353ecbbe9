"""Load from a process of its own, at a rate that does not wait for answers (open loop).

A call's time counts from the instant it was due, not from the instant it could be sent: what
a caller would have waited while an earlier call hung is in the figure.
"""

import itertools
import math
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic, sleep
from typing import Any

from shared.kernel.errors import Refusal

HANDS = 32
"""Threads that send; more calls than that under way wait, and their wait counts."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one load saw. ``rate``: answered a second; times in milliseconds."""

    wanted: float
    rate: float
    times: list[float] = field(repr=False)
    refusals: Counter[str]

    def percentile(self, share: float) -> float:
        if not self.times:
            return math.inf
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]

    @property
    def kept_up(self) -> bool:
        """All answered, at the rate asked for."""
        return not self.refusals and self.rate >= 0.95 * self.wanted


def open_loop(rate: float, seconds: float, work: Callable[[int], object]) -> Told:
    """``work(n)`` for n from 0, ``rate`` times a second."""
    numbers, lock = itertools.count(), threading.Lock()
    times: list[float] = []
    refusals: Counter[str] = Counter()
    began = monotonic()

    def send() -> None:
        while True:
            with lock:
                number = next(numbers)
            due = began + number / rate
            if due > began + seconds:
                return
            sleep(max(0.0, due - monotonic()))
            try:
                work(number)
            except Refusal as refusal:
                refusals[refusal.code] += 1
            else:
                times.append((monotonic() - due) * 1000)

    hands = [threading.Thread(target=send) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return Told(
        wanted=rate, rate=len(times) / (monotonic() - began), times=times, refusals=refusals
    )


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
