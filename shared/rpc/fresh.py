"""Reading one's own writes: wait until a read model has come far enough."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep

from shared.kernel.errors import StaleRead

PAUSE = 0.02
"""Seconds between two looks."""


def wait_for(
    at_least: Mapping[str, int], position_of: Callable[[str], int], *, within: float
) -> None:
    """Return once ``position_of(service)`` has reached every position asked for.

    :class:`StaleRead` after ``within`` seconds; ``fields`` names the service and where it is.
    """
    until = monotonic() + within
    for service, wanted in at_least.items():
        while (reached := position_of(service)) < wanted:
            if monotonic() >= until:
                name = service if service.isidentifier() else "?"
                raise StaleRead(fields={f"at_least.{name}": f"at {reached}"})
            sleep(PAUSE)
