"""Long work of a command over processes, one per core: in order, with bounded memory."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from shared.kernel.garbage import leave_what_stays

X = TypeVar("X")
R_co = TypeVar("R_co", covariant=True)
FEW = 10_000
"""Rows below which starting processes takes longer than the work."""
AHEAD = 2
"""Pieces of work under way or done and not taken yet, for each process."""


class Do(Protocol[R_co]):
    """``do(tools, piece)``: a function of a module, so that another process finds it."""

    def __call__(self, tools: Any, piece: Any, /) -> R_co: ...


class Workers:
    """``here``: what the work is done with when there is no pool."""

    def __init__(self, here: Any, pool: ProcessPoolExecutor | None) -> None:
        self._here = here
        self._pool = pool

    def each(self, do: Do[R_co], pieces: Iterable[X]) -> Iterator[R_co]:
        """What each piece gave, in their order; what is done ahead of who takes it is bounded."""
        if self._pool is None:
            return (do(self._here, piece) for piece in pieces)
        return self._ahead(self._pool, do, pieces)

    def _ahead(
        self, pool: ProcessPoolExecutor, do: Do[R_co], pieces: Iterable[X]
    ) -> Iterator[R_co]:
        under_way: deque[Future[R_co]] = deque()
        for piece in pieces:
            under_way.append(pool.submit(_done, do, piece))
            if len(under_way) > AHEAD * cores():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


Tools = Callable[[], AbstractContextManager[Any]]
"""Opens what the work is done with, once in each process. Can be sent to one: a function of a
module, or a ``partial`` of one."""


@contextmanager
def workers(tools: Tools, rows: int) -> Iterator[Workers]:
    """Processes are started fresh, not forked: we have threads by now, a progress bar's for one."""
    if rows < FEW or cores() == 1:
        with tools() as here:
            yield Workers(here, None)
        return
    pool = ProcessPoolExecutor(cores(), get_context("spawn"), _open, (tools,))
    try:
        yield Workers(None, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def cores() -> int:
    return len(os.sched_getaffinity(0))


_opened: Any = None
_open_until_we_end = ExitStack()


def _open(tools: Tools) -> None:
    global _opened  # noqa: PLW0603 - a process of a pool has no other place to keep something
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    _opened = _open_until_we_end.enter_context(tools())
    leave_what_stays()


def _done(do: Do[Any], piece: Any) -> Any:
    return do(_opened, piece)
