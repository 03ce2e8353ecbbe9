"""Keys in memory for a minute: an erasure is felt everywhere within that time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

V = TypeVar("V")

LIFE = 60.0
"""Seconds at most (DESIGN, section 5)."""
SIZE = 10_000
"""Keys; the one not used for longest goes first."""


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
        with self._lock:
            until, value = self._kept.get(name, (0.0, None))
            if value is None or self._now() >= until:
                self._kept.pop(name, None)
                return None
            self._kept.move_to_end(name)
            return value

    def put(self, name: Hashable, value: V) -> None:
        with self._lock:
            self._kept[name] = (self._now() + self._life, value)
            self._kept.move_to_end(name)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
