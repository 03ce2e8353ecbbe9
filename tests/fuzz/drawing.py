"""How hypothesis draws here: alike on every run, as often as ``make fuzz`` asks, nothing kept."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.shaped import Values

ASKED = os.environ.get("CARNET_FUZZ_TRIES")


def tries(short: int) -> int:
    """Of each shape, valid and spoiled each. ``short``: when nobody asks for more."""
    return int(ASKED) if ASKED else short


def often(times: int) -> settings:
    return settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def drawn(values: Values, times: int) -> list[Any]:
    found = []

    @often(times)
    @given(values)
    def keep(value: Any) -> None:
        found.append(value)

    keep()
    return found
