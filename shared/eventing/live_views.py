"""Read models over other services' messages: which may be written to, and where they stand.

A live view stands where the follower stands, or one write ahead if that died in between. One
that stands elsewhere is given what it lacks, or built anew beside the old (a new version, a new
view, a lost database, a publisher that was put back).
"""

from collections.abc import Sequence
from threading import RLock

from shared.eventing.messages import Envelope
from shared.eventing.received import Received
from shared.eventing.view import View, writes_of
from shared.stores.documents import At, OutOfPlace, Write
from shared.stores.event_log import Followed, Link
from shared.stores.places import Places
from shared.telemetry.logs import log


class LiveViews:
    """``lock`` is held while a message is applied, and while a view becomes live."""

    def __init__(self, views: Sequence[View], sources: Sequence[str], places: Places) -> None:
        self.lock = RLock()
        self._sources = sources
        self._places = places
        self._all = tuple(views)
        self._waiting = list(views)
        self._live: list[View] = []
        self._doubted: list[View] = []
        """Found out of place: being ahead, they may be so by messages of a log that is no more."""

    @property
    def waiting(self) -> Sequence[View]:
        """Those that must be filled, or built anew, before they are written to again."""
        return tuple(self._waiting)

    def admit(self) -> None:
        """Take in those that are in place; called before anything is applied."""
        with self.lock:
            for view in self.waiting:
                doubted = view in self._doubted
                if not doubted and view.documents.is_live() and self._is_in_place(view):
                    self.admit_built(view)

    def admit_built(self, view: View) -> None:
        """Once: another follower may have found it in place while it was being built."""
        if view in self._waiting:
            self._waiting.remove(view)
            self._live.append(view)
        if view in self._doubted:
            self._doubted.remove(view)

    def write(self, batch: Sequence[tuple[Received | None, Envelope]], followed: Followed) -> None:
        """One write for each view, once it is known what each will hold: a message that one of them
        cannot read is in none. ``None``: the message has no effect here, or not yet; the views
        move on with the follower.
        """
        previous = followed.previous.position if followed.previous else 0
        places: list[At] = []
        for _, envelope in batch:
            at = At(
                source=followed.publisher,
                epoch=envelope.epoch,
                previous=previous,
                position=envelope.position,
            )
            places.append(at)
            previous = envelope.position
        live = tuple(self._live)
        made = [[writes_of(view.projection, r) if r else () for r, _ in batch] for view in live]
        for view, writes in zip(live, made, strict=True):
            self._apply(view, list(zip(writes, places, strict=True)))

    def amend(self, received: Received) -> None:
        """Write a message that was passed over before. A view that is not live is built anew,
        from messages of which this is one again.
        """
        at = At(
            source=received.publisher,
            epoch=received.epoch,
            previous=received.position - 1,
            position=received.position,
        )
        live = [view for view in self._all if view.documents.is_live()]
        made = [writes_of(view.projection, received) for view in live]
        for view, writes in zip(live, made, strict=True):
            view.documents.amend(writes, at)

    def _apply(self, view: View, batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        try:
            view.documents.apply_all(batch)
        except OutOfPlace:
            log.warning("a read model is out of place", view=view.projection.NAME)
            self._live.remove(view)
            self._waiting.append(view)
            self._doubted.append(view)

    def _is_in_place(self, view: View) -> bool:
        """The follower's place is read first: another process may move both on meanwhile."""
        return all(
            _stands(self._places.followed(source), view.documents.position(source))
            for source in self._sources
        )


def _stands(followed: Link | None, view_at: At | None) -> bool:
    if followed is None:
        return True
    if view_at is None or view_at.position < followed.position:
        return False
    return view_at.position > followed.position or view_at.epoch == followed.epoch
