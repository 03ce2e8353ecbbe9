"""Calls that are repeated while a service is out of reach."""

import time
from collections.abc import Callable
from typing import TypeVar

from shared.kernel.errors import DeadlineExceeded, StaleRead, Unavailable

T = TypeVar("T")

ATTEMPTS = 6
PAUSE = 0.5
"""Seconds before the second attempt at a call, doubled before each further one."""
OUT_OF_REACH = (Unavailable, DeadlineExceeded, StaleRead)


class GaveUp(Exception):
    """It stayed out of reach; the cause says how."""


def patiently(call: Callable[[], T]) -> T:
    """For a call that carries its ``request_id``, so that it takes effect once."""
    for attempt in range(1, ATTEMPTS):
        try:
            return call()
        except OUT_OF_REACH:
            time.sleep(PAUSE * 2 ** (attempt - 1))
    try:
        return call()
    except OUT_OF_REACH as refusal:
        raise GaveUp(str(refusal)) from refusal
