"""Saves that are written together."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from shared.rpc.contract import Done
from shared.stores.event_log import Outcome
from shared.stores.guard import Sql
from tests.shared.stores.boxes import Boxes
from tests.support.deadline import eventually

Work = Callable[[], object]


class Group:
    """Saves that are written together, because one before them holds the turn."""

    def __init__(self, log: Boxes, pool: ThreadPoolExecutor) -> None:
        self._log = log
        self._pool = pool

    @contextmanager
    def held(self) -> Iterator[None]:
        """Whoever comes meanwhile waits for the turn, and is one group once it is over."""
        begun, over = Event(), Event()

        def hold(_: Sql, __: int) -> None:
            begun.set()
            assert over.wait(30)

        holder = self._pool.submit(self._log.commit, Outcome(answer=Done(), also=[hold]))
        assert begun.wait(30)
        try:
            yield
        finally:
            over.set()
            holder.result(30)

    def of(self, *works: Work) -> list[Future[object]]:
        """Started in this order, and in one group."""
        waiting = self._log.recorder._together._waiting  # type: ignore[attr-defined]  # who waits for the turn
        futures: list[Future[object]] = []
        with self.held():
            for work in works:
                futures.append(self._pool.submit(work))
                assert eventually(lambda: len(waiting) == len(futures))
        return futures


def ended(futures: Sequence[Future[object]]) -> list[type | None]:
    """By whom each was refused; ``None``: saved."""
    errors = [future.exception(30) for future in futures]
    return [type(error) if error else None for error in errors]
