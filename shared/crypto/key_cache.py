"""Keys in memory for a minute: an erasure is felt everywhere within that time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

V = TypeVar("V")

LIFE = 60.0
"""Seconds at most (DESIGN, section 5)."""
SIZE = 10_000
"""Keys. All live equally long, so the one put first ends first."""
_NEVER: tuple[float, Any] = (inf, None)


class KeyCache(Generic[V]):
    def __init__(
        self,
        *,
        life: float = LIFE,
        size: int = SIZE,
        now: Callable[[], float] = monotonic,
    ) -> None:
        if not 0 <= life <= LIFE:
            raise ValueError(f"keys are kept {LIFE:.0f} seconds at most")
        self._life = life
        self._size = size
        self._now = now
        self._kept: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable) -> V | None:
        now = self._now()
        kept = self._kept.get(name)
        if kept is None:
            return None
        until, value = kept
        if now < until:
            return value
        with self._lock:
            self._forget(now)
        return None

    def put(self, name: Hashable, value: V) -> None:
        with self._lock:
            now = self._now()
            self._kept[name] = (now + self._life, value)
            self._kept.move_to_end(name)
            self._forget(now)

    def _forget(self, now: float) -> None:
        """All that have ended, and of too many the one that ends first."""
        while len(self._kept) > self._size or self._ends_first() <= now:
            self._kept.popitem(last=False)

    def _ends_first(self) -> float:
        until, _ = next(iter(self._kept.values()), _NEVER)
        return until
