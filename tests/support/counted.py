"""Memory that Python itself counts: what the machine does beside it changes nothing."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def taking_at_most(limit: int) -> Iterator[None]:
    """``limit``: bytes that are held at one moment of it, at most."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak} bytes"
