"""Follows the leaves of every service into the tree: in order, none missed."""

import time
from collections.abc import Callable
from typing import Any

from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.anomaly import AnomalyKind
from services.audit.domain.batch import Batch, Hole, OtherEpoch, Place
from shared.eventing.messages import LeafBatch
from shared.kernel.errors import Unavailable
from shared.telemetry.logs import log

PULLED = 500
"""Leaves asked for at once."""
SHORT = 2
"""Answers that are not full before it is enough; one may be so because an epoch ends there."""
EVERY = 10.0
"""Seconds between two times that an idle service's log is asked."""

Pull = Callable[[str, int, int], Any]
"""(service, after, limit) -> the answer of its RPC ``leaves``."""


class LeafFollower:
    """Brings the tree to where one service's log is; no thread of its own."""

    def __init__(
        self, audit: Audit, tree: SqlTree, service: str, pull: Pull, *, every: float = EVERY
    ) -> None:
        self._every = every
        self._asked_at: float | None = None
        self._audit = audit
        self._tree = tree
        self._service = service
        self._pull = pull

    def take(self, batch: Batch) -> None:
        """Append what continues the log; pull what is missing first."""
        try:
            self._tree.append(batch)
        except (Hole, OtherEpoch):
            self.catch_up()

    def idle(self) -> None:
        """The last batch may have been lost, with nothing after it to show that: ask, at first
        and then now and again.
        """
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= self._every:
            self.catch_up()
            self._asked_at = now

    def catch_up(self) -> None:
        """Pull until the service has little more: one that never pauses is not pulled from for
        ever, its next batch is delivered. A hole in the service's own answer is an alarm: nothing
        above it is appended until it is filled.
        """
        short = 0
        while short < SHORT:
            known = self._tree.place(self._service)
            batch = self._pulled(known.position if known else 0)
            try:
                self._tree.append(batch)
            except OtherEpoch as other:
                self._begin_epoch(other)
                continue
            except Hole as hole:
                self._raise(AnomalyKind.HOLE, batch.epoch, hole.at)
                raise Unavailable(str(hole)) from None
            if not batch.leaves:
                return
            short += len(batch.leaves) < PULLED

    def _begin_epoch(self, other: OtherEpoch) -> None:
        """The service's log is another one from some position on: find it, tell, go on there.
        While nobody looked it may have become another one more than once: one at a time."""
        logged = self._tree.epochs(self._service) | {other.known.epoch}
        after, epoch = self._first(other.known, lambda epoch: epoch not in logged)
        if epoch in logged:  # put back without a new epoch: what it is now is logged again
            after, epoch = self._first(other.known, lambda epoch: epoch == other.epoch)
        lost = other.known.position - after
        self._raise(AnomalyKind.EPOCH_RENEWED, epoch, after, lost)
        self._tree.begin_epoch(self._service, other.known, epoch, after)

    def _first(self, known: Place, wanted: Callable[[str], bool]) -> tuple[int, str]:
        """By bisection: after which position, at most the known one, the service answers with an
        epoch that is wanted, and with which."""
        low, high = 0, known.position
        while low < high:
            middle = (low + high) // 2
            if wanted(self._pulled(middle, limit=1).epoch):
                high = middle
            else:
                low = middle + 1
        return low, self._pulled(low, limit=1).epoch

    def _pulled(self, after: int, limit: int = PULLED) -> Batch:
        answer = LeafBatch.model_validate(self._pull(self._service, after, limit))
        return batch_of(answer)

    def _raise(self, kind: AnomalyKind, epoch: str, position: int, lost: int = 0) -> None:
        log.error("the log of a service is not whole", publisher=self._service, anomaly=kind.value)
        self._audit.raise_anomaly(
            kind, service=self._service, epoch=epoch, position=position, lost=lost
        )


def batch_of(wire: LeafBatch) -> Batch:
    return Batch(
        service=wire.service,
        epoch=wire.epoch,
        after=wire.after,
        to=wire.to,
        leaves=[(position, bytes.fromhex(digest)) for position, digest in wire.leaves],
    )
