"""How often one caller may call: a bucket of tokens each, refilled with time."""

from collections import OrderedDict
from time import monotonic

from shared.kernel.actor import Actor
from shared.kernel.errors import TooMany

REMEMBERED = 10_000
"""Callers; whoever was away longest is forgotten, which only does them good."""


class Rates:
    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, actor: Actor) -> None:
        """Count one call; :class:`TooMany` beyond the rate.

        Services are let through: what they carry was counted where it came in, and what they
        do themselves is bounded by their own workers.
        """
        if actor.is_service:
            return
        caller, now = (actor.kind.value, actor.id), monotonic()
        left, since = self._buckets.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        self._buckets[caller] = (max(0.0, left - 1), now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany
