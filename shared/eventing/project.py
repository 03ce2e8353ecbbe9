"""Read models over a service's own log: pulled, and built anew beside the one that serves."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import islice
from threading import Event

from eventsourcing.utils import resolve_topic

from shared.eventing.freshness import Freshness
from shared.eventing.head_watch import GATHER, HeadWatch
from shared.eventing.loop import Loop
from shared.eventing.metrics import PROJECTED_FRESH, PROJECTED_POSITION
from shared.eventing.purging import own_takes, own_writes
from shared.eventing.view import ProjectionOf, View
from shared.stores.documents import At, Documents, Write
from shared.stores.event_log import EventLog, Recorded
from shared.stores.guard import Leadership
from shared.stores.outcome import PositionMoved

BATCH = 200
"""Events read at once, and written with one checkpoint. More at once are slower: what lies in
memory together is looked through by Python's garbage collector, and pushed out of the processor's
cache."""
TOGETHER = 1_000
"""Events written with one checkpoint where a view is built anew: an index has its pages written
once for all of them, and the more it has grown, the more of its pages each batch is about."""

Batch = list[tuple[list[Write], At]]


def stretches(upto: int) -> Iterator[tuple[int, int]]:
    """All positions up to and with one, in pieces that are made, and written, at a time."""
    return ((n, min(n + TOGETHER, upto)) for n in range(0, upto, TOGETHER))


class _Found:
    """A projection whose methods were looked up: ``singledispatchmethod`` makes its own anew each
    time, for as long as an event's row takes to be sealed. ``takes``: events of which topics."""

    def __init__(self, projection: ProjectionOf) -> None:
        self.NAME, self.VERSION = projection.NAME, projection.VERSION
        self.writes, self.purge = projection.writes, projection.purge
        self.takes = cache(lambda topic: own_takes(projection, resolve_topic(topic)))


class Projector:
    """Keeps one view where its log is. No thread of its own.

    ``note`` is told the position reached while the view is built anew, at each write; what it
    raises ends that.
    """

    def __init__(
        self, log: EventLog, view: View, note: Callable[[int], object] = lambda _: None
    ) -> None:
        self._log = log
        self._view = view
        self._note = note
        self._projection = _Found(view.projection)
        self.done = -1
        """Head of the log when the view had all below it."""
        self._fresh = Freshness(PROJECTED_FRESH.labels(log.name, view.projection.NAME))

    def turn(self) -> bool:
        """Write the next events; says if there were any.

        A failure stops the view where it is, and is seen: an event of our own that a projection
        cannot take is a mistake in it, and nobody should read around it.
        """
        documents = self._view.documents
        head = self._log.recorder.max_notification_id() or 0
        if head == self.done:
            self._fresh.note(head=head, reached=head)
            return False
        if self.done < 0 and (not documents.is_live() or self._is_of_lost_history(documents)):
            self.rebuild()
        worked = self._fill(documents)
        self.done = self.done if worked else head
        return worked

    def rebuild(self, ahead: Iterable[Batch] = ()) -> None:
        """From the first event, beside the view that serves; switched in one write. The next rows
        are made while those before are written. ``ahead``: the first of them, in order, as other
        processes have :meth:`made_in` stretches that follow one another.
        """
        fresh = self._view.documents.rebuild()
        with ThreadPoolExecutor(1, "rebuild") as writer:
            written: Future[int] | None = None
            for batch in self._from_the_first(ahead):
                if written:
                    self._note(written.result())
                written = writer.submit(self._write, fresh, batch)
            if written:
                self._note(written.result())
        self._view.documents.switch(fresh)

    def _from_the_first(self, ahead: Iterable[Batch]) -> Iterator[Batch]:
        reached, elsewhere = 0, filter(None, ahead)
        while batch := next(elsewhere, None) or self._made(reached, TOGETHER):
            writes, first = batch[0]  # who made it could not tell what is before it
            batch[0] = writes, replace(first, previous=reached)
            yield batch
            reached = batch[-1][1].position

    def _fill(self, documents: Documents) -> bool:
        reached = documents.position(self._log.name)
        made = self._made(reached.position if reached else 0, BATCH)
        if made:
            self._write(documents, made)
        return bool(made)

    def made_in(self, stretch: tuple[int, int]) -> Batch:
        """What the events above one position, up to and with another, do to the view."""
        after, upto = stretch
        return self._made(after, upto - after, upto)

    def _made(self, previous: int, most: int, upto: int | None = None) -> Batch:
        """What the next events do to the view; nothing when it has all."""
        made: Batch = []
        rows = self._log.replay(previous, upto, page=BATCH, opens=self._projection.takes)
        for row in islice(rows, most):
            at = At(
                source=self._log.name, epoch=row.epoch, previous=previous, position=row.position
            )
            made.append((self._writes(row), at))
            previous = row.position
            if len(made) % BATCH == 0:
                time.sleep(0)  # green threads have their turn, who writes those before among them
        return made

    def _write(self, documents: Documents, made: Batch) -> int:
        """The position reached."""
        reached = made[-1][1].position
        documents.apply_all(made)
        self._fresh.note(head=self._log.recorder.max_notification_id() or 0, reached=reached)
        PROJECTED_POSITION.labels(self._log.name, self._view.projection.NAME).set(reached)
        return reached

    def _writes(self, row: Recorded) -> list[Write]:
        """Of a row that cannot be opened any more nothing is known but its record, which is
        purged: whatever the view still had of it goes.
        """
        projection = self._projection
        if not projection.takes(row.topic):
            return []
        if row.event is not None:
            return list(own_writes(projection, row.event))
        return list(projection.purge(row.record_id)) if row.record_id else []

    def _is_of_lost_history(self, documents: Documents) -> bool:
        """The log was restored below what this view has seen, or the row is of another epoch:
        a restore is over, and has renewed the epoch, before any process starts again.
        """
        reached = documents.position(self._log.name)
        if reached is None:
            return False
        found = self._log.leaves(reached.position - 1, 1)
        return (found.to, found.epoch) != (reached.position, reached.epoch)


def project_loop(log: EventLog, view: View, watch: HeadWatch) -> Loop:
    """One process writes to a view; the others stand by."""
    role = f"view.{view.projection.NAME}"

    def work(stop: Event, loop: Loop) -> None:
        with log.leader(role) as leadership:
            if leadership.held():
                _lead(leadership, stop, loop)
            else:
                loop.turned()
                stop.wait(1.0)

    def _lead(leadership: Leadership, stop: Event, loop: Loop) -> None:
        def went_on(_: int) -> None:
            """Who builds for long is at work, and still ends when it is told to."""
            if stop.is_set() or not leadership.held():
                raise PositionMoved(f"{role} is built by another process, or later")
            loop.turned()

        projector = Projector(log, view, went_on)
        while leadership.held() and not stop.is_set():
            if projector.turn():
                stop.wait(GATHER)
            else:
                watch.wait(projector.done)
            loop.turned()

    return Loop(f"{log.name}.{role}", work)
