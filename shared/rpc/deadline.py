"""The instant by which the call being handled must be answered, for the calls it makes.

Transport, not rules: it is carried beside the code, like the trace, and never read by a
use case. Machines' own clocks, since a deadline is about waiting, not about rights.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import time

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def until(at: float) -> Iterator[None]:
    """``at``: seconds since 1970. Holds for what is done inside, and the calls that leads to."""
    before = _deadline.set(at)
    try:
        yield
    finally:
        _deadline.reset(before)


def bounded(timeout: float) -> float:
    """The deadline of a call that may take ``timeout`` seconds, never after its caller's."""
    own, outer = time() + timeout, _deadline.get()
    return own if outer is None else min(own, outer)
