"""What a service says of its own log: one digest per event, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Digests of all events in (after, to], of one epoch. A store may skip positions."""

    service: str
    epoch: str
    after: int
    to: int
    leaves: Sequence[tuple[int, bytes]]
    """(position, 32-byte digest)"""


@dataclass(frozen=True)
class Place:
    """How far a service's events are in the log. ``digest``: of the event at that very place, in
    hex, where it is known; no part of the place itself."""

    epoch: str
    position: int
    digest: str | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Consecutive leaves that hold consecutive positions of one service."""

    first_index: int
    service: str
    epoch: str
    first_position: int
    last_position: int

    @property
    def size(self) -> int:
        return self.last_position - self.first_position + 1

    def index_of(self, position: int) -> int:
        return self.first_index + position - self.first_position


class Hole(Exception):
    """Events are missing between what the log holds and this batch: pull them first."""

    def __init__(self, service: str, at: int) -> None:
        super().__init__(f"{service}: nothing is known of what follows position {at}")
        self.at = at


class OtherEpoch(Exception):
    """The service's log was restored, or promoted from a replica, since it was last heard."""

    def __init__(self, service: str, known: Place, epoch: str) -> None:
        super().__init__(f"{service}: epoch {epoch} where {known.epoch} was known")
        self.known = known
        self.epoch = epoch


def fresh_leaves(batch: Batch, known: Place | None) -> Sequence[tuple[int, bytes]]:
    """The leaves to append; raise :class:`Hole` or :class:`OtherEpoch` if ranges do not meet."""
    _refuse_disorder(batch)
    if known and batch.epoch != known.epoch:
        raise OtherEpoch(batch.service, known, batch.epoch)
    at = known.position if known else 0
    if batch.after > at:
        raise Hole(batch.service, at)
    return [(position, digest) for position, digest in batch.leaves if position > at]


def runs_of(batch: Batch, leaves: Sequence[tuple[int, bytes]], first_index: int) -> list[Run]:
    """Where those leaves go: one run for each stretch of positions without a gap."""
    runs: list[Run] = []
    for index, (position, _) in enumerate(leaves, first_index):
        first, start = position, index
        if runs and runs[-1].last_position == position - 1:
            last = runs.pop()
            first, start = last.first_position, last.first_index
        runs.append(
            Run(
                first_index=start,
                service=batch.service,
                epoch=batch.epoch,
                first_position=first,
                last_position=position,
            )
        )
    return runs


def _refuse_disorder(batch: Batch) -> None:
    last = batch.after
    for position, digest in batch.leaves:
        if not last < position <= batch.to or len(digest) != 32:
            raise ValueError(f"{batch.service}: leaves are not in order within their range")
        last = position
