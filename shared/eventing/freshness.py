"""Up to which instant something has all of a log: what is behind grows older by itself.

Dashboards and alerts take it from the present time, so that a part that hangs, or is gone and
comes back, is seen as behind without doing anything.
"""

import time
from collections import deque

from prometheus_client import Gauge

SAMPLES = 10_000
"""Instants remembered of a log that moves on; beyond that the oldest are forgotten."""


class Freshness:
    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._heads: deque[tuple[float, int]] = deque(maxlen=SAMPLES)
        self._until = time.time()

    def note(self, *, head: int, reached: int) -> None:
        """``head``: where the log is now; ``reached``: how far its reader has come."""
        now = time.time()
        if not self._heads or self._heads[-1][1] != head:
            self._heads.append((now, head))
        while self._heads and self._heads[0][1] <= reached:
            self._until = self._heads.popleft()[0]
        if reached >= head:
            self._until = now
        self._gauge.set(self._until)
