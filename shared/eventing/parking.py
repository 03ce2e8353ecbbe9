"""Messages that wait for an operator: who must know of them, and what can be done."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

from shared.eventing.discards import Discard, Realignment, refuse_free_text
from shared.eventing.following import Following
from shared.eventing.handling import BEHIND, Failed, Handling
from shared.eventing.links import Mismatch, link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope, Pulled
from shared.eventing.metrics import PARKED
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, NotFound, Unavailable
from shared.stores.event_log import NOTHING, EventLog, Followed, Outcome, Parked
from shared.stores.places import Places

PAGE = 500
PATIENCE = 10.0
"""Seconds an operator's command waits for whoever works on the same."""
NO_ANSWER = NOTHING.answer


class ParkedRecords:
    """Which records have a message that waits: what is known of them is not up to date."""

    def __init__(self, log: EventLog) -> None:
        self._places = log.places

    def refuse(self, record_id: UUID) -> None:
        """Raise ``Unavailable`` while a message of this record is parked."""
        if self._places.is_parked(record_id):
            raise Unavailable("this record waits for an operator", message_fr=SENTENCE_FR)


SENTENCE_FR = "Ce dossier est momentanément indisponible."


def all_parked(places: Places, sources: Sequence[str]) -> Iterator[Parked]:
    """Every parked message, in the order of each publisher."""
    for source in sources:
        after = 0
        while found := places.parked(source, PAGE, after):
            yield from found
            after = found[-1].position


class Parking:
    """What an operator does. One at a time per service, and not while a view is rebuilt."""

    def __init__(self, following: Following, views: LiveViews) -> None:
        self._following = following
        self._log = following.log
        self._views = views
        self._handling = Handling(following, views)

    def parked(self) -> list[Parked]:
        return list(all_parked(self._log.places, self._following.sources))

    def retry(self, held_by: UUID) -> int:
        """Handle again, in order, what waits for this record (or stream). How many were done.

        Stops at the first that fails again, with :class:`Failed`: the others still wait.
        """
        with self._alone():
            return self._redo([p for p in self.parked() if p.held_by == held_by])

    def discard(self, publisher: str, position: int, reason: str, by: Actor) -> None:
        """Never apply this message: an event of the log, of ``reason`` (a code word). What
        waited behind it alone is handled by the follower in a moment.
        """
        refuse_free_text(reason)
        with self._alone():
            found = self._log.places.parked(publisher, 1, position - 1)
            if not found or found[0].position != position:
                raise NotFound("no message of this position is parked")
            header = Envelope.model_validate_json(found[0].envelope)
            decision = Discard(publisher, position, header.digest, reason, by.to_event())
            unpark = self._log.places.unpark(publisher, position)
            self._log.commit(Outcome(answer=NO_ANSWER, save=[decision]), unpark)

    def realign(self, publisher: str, after: int, reason: str, by: Actor) -> None:
        """Go on after a position of a publisher's log that was restored below what was applied.

        ``after`` names a message of that log as it is now. What the lost messages did here
        stays done; read models are built anew. ``Conflict`` while the publisher's epoch is the
        one that was followed: its operator has not said yet that commits were lost.
        """
        refuse_free_text(reason)
        left = self._log.places.followed(publisher)
        if left is None:
            raise NotFound("this publisher is not followed")
        pulled = self._pulled(publisher, after)
        if pulled.epoch == left.epoch:
            raise Conflict("renew the epoch of the publisher first")
        reached = link_of(self._message(publisher, after))
        decision = Realignment(publisher, left.position, after, reason, by.to_event())
        self._log.apply(
            Outcome(answer=NO_ANSWER, save=[decision]),
            Followed(publisher=publisher, previous=left, reached=reached),
        )

    def release(self) -> None:
        """Handle what waits behind a message that is parked no more, of whichever publisher that
        was; the follower calls it."""
        if not self._log.places.held():
            PARKED.labels(self._log.name).set(0)
            return
        PARKED.labels(self._log.name).set(len(self.parked()))
        with self._log.leader("parking") as leadership:
            if not leadership.held():
                return
            waiting: dict[UUID, list[Parked]] = {}
            for item in self.parked():
                waiting.setdefault(item.held_by, []).append(item)
            for items in waiting.values():
                if all(item.error == BEHIND for item in items):
                    with suppress(Failed):
                        self._redo(items)

    def _redo(self, waiting: Sequence[Parked]) -> int:
        for item in waiting:
            header = Envelope.model_validate_json(item.envelope)
            envelope = self._message(item.publisher, item.position)
            if link_of(envelope) != link_of(header):
                raise Mismatch(f"position {item.position} holds another event than was parked")
            self._handling.redo(envelope, item.publisher)
        return len(waiting)

    def _message(self, publisher: str, position: int) -> Envelope:
        """Asked for anew: if the record was erased meanwhile it comes void."""
        for envelope in self._pulled(publisher, position - 1).envelopes:
            if envelope.position == position:
                return envelope
        raise Mismatch(f"position {position} is no message of the log of {publisher}")

    def _pulled(self, publisher: str, after: int) -> Pulled:
        return Pulled.model_validate(self._following.pull(publisher, after, 1))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The follower takes the lock for moments too: an operator waits a little for a turn."""
        until = time.monotonic() + PATIENCE
        while True:
            with self._log.leader("parking") as leadership:
                if leadership.held():
                    yield
                    return
            if time.monotonic() > until:
                raise Unavailable("parked messages or read models are being worked on; try again")
            time.sleep(0.05)
