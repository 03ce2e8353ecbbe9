"""Whether the time of an answer tells of which of two kinds it is, as the one who waits sees it."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from statistics import NormalDist, median
from typing import Any

from scripts.demo.cast import CALL_TIMEOUT, Caller
from shared.kernel.errors import Refusal, TooMany

ERROR = 0.05
"""How often who guesses may be wrong, either way."""
PAUSE = 1.0
"""Seconds until one who asked too often asks again."""
NORMAL = NormalDist()


@dataclass(frozen=True)
class Apart:
    """Two kinds of answers, one time each in ``one`` and ``other``; seconds."""

    one: Sequence[float]
    other: Sequence[float]

    @property
    def area(self) -> float:
        """How often one of the first kind takes longer than one of the second (Mann and Whitney;
        the area under the curve of who guesses by one answer): a half where time tells nothing."""
        ranks = _ranks([*self.one, *self.other])
        n, m = len(self.one), len(self.other)
        return (sum(ranks[:n]) - n * (n + 1) / 2) / (n * m)

    @property
    def chance(self) -> float:
        """That times of one kind alone lie as far apart as these (p, either way)."""
        n, m = len(self.one), len(self.other)
        z = (self.area - 0.5) / sqrt((n + m + 1) / (12 * n * m))
        return 2 * NORMAL.cdf(-abs(z))

    @property
    def needed(self) -> int | None:
        """Answers of a kind to be told from as many of the other with :data:`ERROR` either way,
        if times were spread as the normal ones with this ``area``; ``None``: by no number."""
        area = max(self.area, 1 - self.area)
        if area in {0.5, 1.0}:
            return None if area == 0.5 else 1
        distance = sqrt(2) * NORMAL.inv_cdf(area)
        return ceil(2 * (2 * NORMAL.inv_cdf(1 - ERROR) / distance) ** 2)

    def figures(self) -> dict[str, Any]:
        """Milliseconds; ``needed`` only of what chance does not explain, by one in a hundred."""
        told = self.chance < 0.01
        return {
            "asked": [len(self.one), len(self.other)],
            "medians_ms": [round(median(kind) * 1000, 3) for kind in (self.one, self.other)],
            "area": round(self.area, 3),
            "chance": float(f"{self.chance:.2g}"),
            "needed": self.needed if told else None,
        }


def _ranks(values: Sequence[float]) -> list[float]:
    """Of equal ones their mean."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    starts = [i for i, at in enumerate(order) if not i or values[order[i - 1]] != values[at]]
    for start, end in pairwise([*starts, len(order)]):
        for at in order[start:end]:
            ranks[at] = (start + 1 + end) / 2
    return ranks


def interleaved(one: Callable[[], float], other: Callable[[], float], times: int) -> Apart:
    """Both asked ``times`` times, in turns whose order is drawn; a few before do not count, for
    they warm what is kept in memory."""
    found: dict[Callable[[], float], list[float]] = {one: [], other: []}
    for turn in range(-5, times):
        for ask in random.sample([one, other], 2):
            seconds = ask()
            if turn >= 0:
                found[ask].append(seconds)
    return Apart(found[one], found[other])


def clocked(caller: Caller, method: str) -> Callable[[Mapping[str, Any]], float]:
    """Seconds until an answer or a refusal is there, by who has their token in hand."""
    service, _, name = method.partition(".")
    token = caller.issuer.token(caller.kind, **caller.claims)

    def ask(given: Mapping[str, Any]) -> float:
        while True:
            began = time.perf_counter()
            try:
                caller.rpc.call(service, name, given, token=token, timeout=CALL_TIMEOUT)
            except TooMany:
                time.sleep(PAUSE)
                continue
            except Refusal:
                pass
            return time.perf_counter() - began

    return ask
