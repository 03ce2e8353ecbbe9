"""What a use case decided, and where a follower stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate
from pydantic import BaseModel

from shared.stores.guard import Step

Ans = TypeVar("Ans", bound=BaseModel, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[Ans]):
    """Everything here is saved in one transaction, or nothing is.

    ``answer``: its ``position``, if it has one, is filled in once saved.
    ``save``: aggregates with pending events.
    ``relied_on``: streams and the versions (0: absent) this was decided on; if one has moved
    by the time of the save, the whole use case runs again.
    ``also``: writes to tables of the service's own, beside its log.
    ``after``: undoes a step outside of the database; called only when it is certain that
    nothing of this outcome was, or will be, saved.
    """

    answer: Ans
    save: Sequence[Aggregate] = ()
    relied_on: Mapping[UUID, int] = field(default_factory=dict)
    also: Sequence[Step] = ()
    after: Callable[[], None] | None = None


@dataclass(frozen=True)
class Link:
    """One place in a publisher's log. ``digest`` ties it to what was there, not only where."""

    epoch: str
    position: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A follower moves from one message to the next, if it still stands at ``previous``."""

    publisher: str
    previous: Link | None
    """``None`` before the first message."""
    reached: Link


class PositionMoved(Exception):
    """Another follower has moved on from here: this one is fenced off and must stop."""
