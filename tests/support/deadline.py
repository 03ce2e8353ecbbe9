"""Waiting for what other processes do: with a deadline, never with a bare sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(predicate: Callable[[], T], within: float = 10.0, every: float = 0.02) -> T:
    """The first true answer of ``predicate``; an ``AssertionError`` after ``within`` seconds.

    An assertion that fails inside ``predicate`` counts as "not yet", so a test may say all it
    expects in there and see, when time is up, what did not hold.
    """
    deadline = time.monotonic() + within
    while True:
        failed: AssertionError | None = None
        try:
            if answer := predicate():
                return answer
        except AssertionError as error:
            failed = error
        if time.monotonic() > deadline:
            name = getattr(predicate, "__name__", repr(predicate))
            raise failed or AssertionError(f"not within {within} s: {name}")
        time.sleep(every)
