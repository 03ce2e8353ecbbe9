"""Group commit: those who want to save at the same moment share one transaction and its one sync.

Whoever gets the turn writes for all who wait. Each save is still all or nothing by itself, in a
savepoint of its own, and sees those before it as if they had been committed. Nobody is answered
before the commit; if that fails, nobody of the group was saved, as far as can be known.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent

from shared.stores.guard import Sql, Step

LARGEST = 64
"""Saves in one transaction; more wait for the next."""


@dataclass(eq=False)
class Save:
    """What one caller wants saved, and how it ended: ``positions``, or why not."""

    stored_events: Sequence[StoredEvent]
    relied_on: Mapping[UUID, int]
    steps: Sequence[Step]
    positions: Sequence[int] = ()
    error: Exception | None = None
    ended: bool = False


class GroupCommit:
    """``write`` saves a group in one transaction (see :func:`save_each`), or raises."""

    def __init__(self, write: Callable[[Sequence[Save]], None]) -> None:
        self._write = write
        self._turn = Lock()
        self._waiting: deque[Save] = deque()

    def save(self, save: Save) -> Sequence[int]:
        """Return once it is committed. Raise what refused it, or ``OperationalError`` if the
        transaction of its group failed, whose outcome is unknown.
        """
        self._waiting.append(save)
        try:
            time.sleep(0)  # green threads that are about to save join us
            while not save.ended:
                with self._turn:
                    if not save.ended:
                        self._lead()
        except BaseException:  # killed while it waited: nobody shall save it any more
            with suppress(ValueError):
                self._waiting.remove(save)
            raise
        if save.error:
            raise save.error
        return save.positions

    def _lead(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST))]
        failure: Exception | None = OperationalError("who saved for others was stopped")
        try:
            self._write(group)
        except Exception as error:  # noqa: BLE001 - each of the group has to be told
            failure = error
        else:
            failure = None
        finally:
            for save in group:
                if failure and len(group) > 1:
                    save.error = save.error or _shared(failure)
                elif failure:
                    save.error = failure
                save.ended = True


def save_each(group: Sequence[Save], sql: Sql, write: Callable[[Save], Sequence[int]]) -> None:
    """Within one transaction: what one of them is refused for leaves no trace of it, and does not
    concern the others. Raises only if the transaction itself is lost.
    """
    if len(group) == 1:
        group[0].positions = write(group[0])
        return
    for save in group:
        sql("SAVEPOINT one")
        try:
            save.positions = write(save)
        except Exception as error:  # noqa: BLE001 - a step may raise what it likes
            sql("ROLLBACK TO SAVEPOINT one")
            save.error = error
        sql("RELEASE SAVEPOINT one")


def in_our_words(error: Exception) -> PersistenceError:
    """A driver's error as the library's: both name theirs as PEP 249 does."""
    for kind in type(error).__mro__:
        ours = getattr(persistence, kind.__name__, None)
        if isinstance(ours, type) and issubclass(ours, PersistenceError):
            return ours(error)
    return PersistenceError(error)


def _shared(failure: Exception) -> OperationalError:
    """One for each: an exception that several threads raise would mix up their traces."""
    error = OperationalError("the transaction shared with others failed")
    error.__cause__ = failure
    return error
