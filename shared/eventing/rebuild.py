"""Builds read models over other services' messages anew, beside the ones that serve.

One that only lacks the last messages is given those. So it is where two processes follow one
publisher each: while one of them built it, the other moved on, and would build it anew in turn.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from shared.eventing.codec import open_envelope
from shared.eventing.discards import discarded
from shared.eventing.following import Following
from shared.eventing.links import Mismatch, check, link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import Loop
from shared.eventing.messages import Envelope, Pulled
from shared.eventing.parking import all_parked
from shared.eventing.received import upcast
from shared.eventing.view import View, writes_of
from shared.kernel.errors import Unavailable
from shared.stores.documents import At, Documents, Write
from shared.stores.event_log import Link

PULLED = 500
"""Messages asked for, and written, at once."""
LOOK = 1.0
"""Seconds between two looks for a view to build."""


class Rebuild:
    """One view, from the first message of every source, or from where it stands, to where the
    follower stands.

    What is parked or was discarded is left out. An operator's retry waits meanwhile
    (the lock ``parking``): it would write to the view that is about to be replaced. ``turned`` is
    called after each write: who builds much is at work, however long it takes.
    """

    def __init__(
        self,
        following: Following,
        views: LiveViews,
        view: View,
        turned: Callable[[], None] = lambda: None,
    ) -> None:
        self._following = following
        self._turned = turned
        self._views = views
        self._view = view
        self._reached: dict[str, Link] = {}
        self._left_out: set[str] = set()

    def run(self) -> None:
        """Anew, from the first message."""
        with self._alone():
            self._build()

    def put_in_place(self) -> None:
        """With what it lacks, if that is only the last messages; else anew."""
        with self._alone():
            if not self._goes_on():
                self._build()
                return
            self._fill(self._view.documents)
            with self._views.lock:
                self._fill(self._view.documents)
                self._views.admit_built(self._view)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._following.log.leader("parking") as leadership:
            if not leadership.held():
                raise Unavailable("another process rebuilds or retries; in a moment again")
            yield

    def _build(self) -> None:
        fresh = self._view.documents.rebuild()
        self._fill(fresh)
        with self._views.lock:
            self._fill(fresh)
            self._view.documents.switch(fresh)
            self._views.admit_built(self._view)

    def _goes_on(self) -> bool:
        """Whether the view that serves lacks nothing but the last messages: of each source it has
        one that the log still holds, and so all before it."""
        documents, reached = self._view.documents, dict[str, Link]()
        if not documents.is_live():
            return False
        for source in self._following.sources:
            if self._following.log.places.followed(source):
                at = documents.position(source)
                found = self._message(at) if at else None
                if found is None:
                    return False
                reached[source] = link_of(found)
        self._reached = reached
        return True

    def _message(self, at: At) -> Envelope | None:
        """The very one that was applied there."""
        pulled = Pulled.model_validate(self._following.pull(at.source, at.position - 1, 1))
        there = (e for e in pulled.envelopes if (e.position, e.epoch) == (at.position, at.epoch))
        return next(there, None)

    def _fill(self, filled: Documents) -> None:
        """Up to where the follower stands now; under its lock it stands still. What is parked is
        looked at last: what is parked meanwhile lies beyond."""
        places = self._following.log.places
        stands = {source: places.followed(source) for source in self._following.sources}
        waiting = all_parked(places, self._following.sources)
        self._left_out = {Envelope.model_validate_json(p.envelope).digest for p in waiting}
        self._left_out |= discarded(self._following.log)
        for source, upto in stands.items():
            if upto:
                self._fill_from(source, upto, filled)

    def _fill_from(self, source: str, upto: Link, filled: Documents) -> None:
        previous = self._reached[source].position if source in self._reached else 0
        if previous > upto.position:  # by what was to be applied when its process ended
            return
        for envelopes in self._pages(source, upto):
            self._following.log.keys.prefetch({e.record for e in envelopes if e.record})
            batch: list[tuple[Sequence[Write], At]] = []
            for envelope in envelopes:
                at = At(
                    source=source,
                    epoch=envelope.epoch,
                    previous=previous,
                    position=envelope.position,
                )
                batch.append((self._writes(envelope, source), at))
                previous = envelope.position
            filled.apply_all(batch)
            self._reached[source] = link_of(envelopes[-1])
            self._turned()
        if self._reached.get(source) != upto:
            raise Mismatch(f"position {upto.position} of {source} is another event than applied")

    def _writes(self, envelope: Envelope, source: str) -> Sequence[Write]:
        if envelope.is_void or envelope.digest in self._left_out:
            return ()
        received = open_envelope(envelope, source, self._following.transport_keys)
        return writes_of(self._view.projection, upcast(received, self._following.upcasts))

    def _pages(self, source: str, upto: Link) -> Iterator[Sequence[Envelope]]:
        while True:
            at = self._reached.get(source)
            after = at.position if at else 0
            if after >= upto.position:
                return
            pulled = Pulled.model_validate(self._following.pull(source, after, PULLED))
            envelopes = [e for e in check(at, pulled) if e.position <= upto.position]
            if not envelopes:
                return
            yield envelopes


def rebuild_loop(following: Following, views: LiveViews) -> Loop:
    """When a process starts all of its views wait, until somebody looks where they stand: only
    those that are out of place are built anew."""

    def work(stop: Event, loop: Loop) -> None:
        views.admit()
        for view in views.waiting:
            Rebuild(following, views, view, loop.turned).put_in_place()
        loop.turned()
        stop.wait(LOOK)

    return Loop(f"{following.log.name}.views", work)
