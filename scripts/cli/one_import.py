"""One import at a time writes what became of its lines: by them the next knows where to go on."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class UnderWay(Exception):
    """Another process holds it."""


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Raise :class:`UnderWay`."""
    opened = os.open(file, os.O_RDONLY)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnderWay(f"another import writes into {file}: let it end") from None
        yield
    finally:
        os.close(opened)
