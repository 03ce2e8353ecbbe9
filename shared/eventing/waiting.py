"""Reading one's own writes: a query waits a bounded time for what it was told to have seen."""

import time
from collections.abc import Callable, Mapping

from shared.kernel.errors import StaleRead
from shared.stores.documents import Documents
from shared.stores.event_log import EventLog

PATIENCE = 2.0
"""Seconds a query waits for its read model."""
LOOK = 0.02
"""Seconds between two looks."""

PositionOf = Callable[[str], int]
"""Position reached in a service's log; 0 before the first."""


def position_in(documents: Documents) -> PositionOf:
    """What a read model has reached."""

    def position_of(source: str) -> int:
        reached = documents.position(source)
        return reached.position if reached else 0

    return position_of


def position_followed(log: EventLog) -> PositionOf:
    """What the policies of a service have applied; its own log is always at its head."""

    def position_of(source: str) -> int:
        if source == log.name:
            return log.head().position
        followed = log.places.followed(source)
        return followed.position if followed else 0

    return position_of


def wait_until(
    position_of: PositionOf, at_least: Mapping[str, int], timeout: float = PATIENCE
) -> None:
    """Return once every source has reached its position; :class:`StaleRead` if not in time."""
    deadline = time.monotonic() + timeout
    for source, position in at_least.items():
        while position_of(source) < position:
            if time.monotonic() >= deadline:
                raise StaleRead(f"{source} has not reached position {position} here yet")
            time.sleep(LOOK)
