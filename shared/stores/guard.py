"""Guarded append: what the recorders of both databases promise."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, runtime_checkable
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent


class Sql(Protocol):
    """Runs one statement of the transaction at hand; ``?`` marks a parameter.

    In a save its rows may be on their way still when it returns: who looks at them waits for
    them, and a statement that fails may be told only by a later one, or by the commit.
    """

    def __call__(self, statement: str, *params: object) -> Sequence[tuple[Any, ...]]: ...


Step = Callable[[Sql, int], None]
"""A write of the same transaction. It is given the position reached: that of the last event
saved, or the head of the log when none was. Raising undoes everything."""


class Row(NamedTuple):
    """An event as it lies in the store; ``state`` is sealed."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes


class ReliedOnMoved(IntegrityError):
    """A stream this decision relied on has a newer event: decide again."""


class Leadership(Protocol):
    """Whether this process is the one that does a service's single-handed work."""

    def held(self) -> bool: ...


@runtime_checkable
class GuardedRecorder(Protocol):
    """``insert_events`` takes ``relied_on`` and ``steps``, all or nothing with the events.

    ``relied_on`` names streams and the versions (0: absent) that were decided on. They are
    compared while no other writer can commit; :class:`ReliedOnMoved` if one differs.
    """

    bytes_type: str
    """What this database calls a column of bytes."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None: ...

    def create(self, *statements: str) -> None:
        """Run ``CREATE ... IF NOT EXISTS`` statements; several processes may do so at once."""
        ...

    def rows(self, after: int, limit: int) -> list[Row]:
        """The events above a position, in order, closed."""
        ...

    def version_of(self, originator_id: UUID, *, at: int | None = None) -> int:
        """Version of a stream's last event, or of its last one up to position ``at``; 0 if
        there is none."""
        ...

    def versions_of(self, originator_ids: Collection[UUID]) -> tuple[dict[UUID, int], int]:
        """Versions of these streams' last events (0: absent) and the head of the log, all of
        one instant."""
        ...

    def position_of(self, originator_id: UUID, version: int) -> int:
        """Position in the log of one event; 0 if it is not there."""
        ...

    def writing(self, *, synced: bool = True) -> AbstractContextManager[Sql]:
        """A transaction that writes. Not ``synced``, everybody sees it once it ends, and a machine
        that dies may take it back, with all that was not synced after it and nothing else: for what
        is found out again from elsewhere, such as how far a log was followed.
        """
        ...

    def reading(self) -> AbstractContextManager[Sql]: ...

    def leader(self, role: str) -> AbstractContextManager[Leadership]: ...


def refuse_if_moved(
    relied_on: Mapping[UUID, int],
    inserted: Sequence[StoredEvent],
    versions_of: Callable[[Collection[UUID]], Mapping[UUID, int]],
) -> None:
    """Compare after the insert: our own new events count as not having moved a stream."""
    if not relied_on:
        return
    own = Counter(event.originator_id for event in inserted)
    versions = versions_of(relied_on.keys())
    for originator_id, version in relied_on.items():
        if versions[originator_id] != version + own[originator_id]:
            raise ReliedOnMoved(f"{originator_id} has moved past version {version}")
