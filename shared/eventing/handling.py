"""What one message does to a service that follows: its read models, its policy, its position.

The position moves in the transaction of the policy's effect, by compare-and-set on the message
before. Read models are written first and know by their own position what they have; so
whatever dies in between, each effect happens once.
"""

import time
from collections.abc import Callable
from typing import Any

from shared.crypto.keys import KeyErased
from shared.eventing.codec import open_envelope
from shared.eventing.following import Following
from shared.eventing.links import link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import INFRASTRUCTURE
from shared.eventing.messages import Envelope
from shared.eventing.metrics import APPLIED, FOLLOWED_POSITION
from shared.eventing.purging import with_purge
from shared.eventing.received import Received, upcast
from shared.kernel.errors import Refusal
from shared.stores.event_log import NOTHING, Followed, Link, Outcome, Parked, PositionMoved
from shared.stores.guard import Step
from shared.telemetry.logs import described, log
from shared.telemetry.traces import SpanKind, attributes, span

TRIES = 5
FIRST_WAIT = 0.05
"""Seconds between two tries of a message; doubled each time."""
BEHIND = "behind"
"""Error of a message that only waits for one of its record before it."""


class Failed(Exception):
    """Handling this message keeps failing; ``__cause__`` says how."""


class Handling:
    """Applies messages that were judged to be next; judging is not its business."""

    def __init__(self, following: Following, views: LiveViews) -> None:
        self._following = following
        self._log = following.log
        self._views = views

    def open(self, envelope: Envelope, source: str) -> Received:
        """Raise ``Malformed`` if it was not sealed with this header."""
        received = open_envelope(envelope, source, self._following.transport_keys)
        return upcast(received, self._following.upcasts)

    def apply(
        self, envelope: Envelope, source: str, previous: Link | None, cause: str | None = None
    ) -> None:
        """Apply it, or park it if it keeps failing or waits behind another; move on. ``cause``:
        the trace that its event was saved in, where that is known.

        Raises what is out of reach, and ``PositionMoved`` if another process moved on.
        """
        followed = Followed(publisher=source, previous=previous, reached=link_of(envelope))
        name = f"{self._log.name} {envelope.type}"
        with span(name, SpanKind.CONSUMER, causes=[cause] if cause else []) as current:
            attributes(current, {"publisher": source, "position": envelope.position})
            outcome = self._outcome(envelope, followed)
        APPLIED.labels(self._log.name, source, outcome).inc()
        FOLLOWED_POSITION.labels(self._log.name, source).set(envelope.position)

    def _outcome(self, envelope: Envelope, followed: Followed) -> str:
        source = followed.publisher
        if envelope.is_void:
            return self._pass("void", envelope, followed)
        if self._log.places.is_parked(envelope.held_by):
            return self._pass("behind", envelope, followed, self._park(envelope, source, BEHIND))
        return self._apply(envelope, followed)

    def redo(self, envelope: Envelope, source: str) -> None:
        """Apply a parked message in its turn; it stops being parked in the same write.

        :class:`Failed` if it fails again: it stays parked.
        """
        unpark = self._log.places.unpark(source, envelope.position)

        def handle() -> None:
            received = self.open(envelope, source)
            self._views.amend(received)
            self._log.commit(self.decide(received) or NOTHING, unpark)

        try:
            if envelope.is_void or self._keeps_trying(handle) == "erased":
                self._log.commit(NOTHING, unpark)
        except Failed as failed:
            error = _named(failed.__cause__ or failed)
            self._log.commit(NOTHING, unpark, self._park(envelope, source, error))
            raise

    def _apply(self, envelope: Envelope, followed: Followed) -> str:
        source = followed.publisher

        def handle() -> None:
            received = self.open(envelope, source)
            self._views.write([(received, envelope)], followed)
            self._log.apply(self.decide(received), followed)

        try:
            outcome = self._keeps_trying(handle)
        except Failed as failed:
            error = failed.__cause__ or failed
            where = {"publisher": source, "position": envelope.position, "type": envelope.type}
            log.error("parked", service=self._log.name, **where, **described(error))
            parked = self._park(envelope, source, _named(error))
            return self._pass("parked", envelope, followed, parked)
        return self._pass(outcome, envelope, followed) if outcome == "erased" else outcome

    def _pass(self, outcome: str, envelope: Envelope, followed: Followed, *steps: Step) -> str:
        """Only move on, past a message that has no effect (yet)."""
        self._log.apply(None, followed, *steps)
        self._views.write([(None, envelope)], followed)
        return outcome

    def _keeps_trying(self, handle: Callable[[], None]) -> str:
        """A conflict with other writers is worth another try, as any failure is; what is out of
        reach is not counted. An erased record has nothing left to do anything to.
        """
        last: Exception | None = None
        for attempt in range(TRIES):
            try:
                handle()
            except (*INFRASTRUCTURE, PositionMoved):
                raise
            except KeyErased:
                return "erased"
            except Exception as error:  # noqa: BLE001 - whatever a policy raises must not stop others
                last = error
                time.sleep(FIRST_WAIT * 2**attempt if attempt + 1 < TRIES else 0)
            else:
                return "applied"
        raise Failed from last

    def decide(self, received: Received) -> Outcome[Any] | None:
        """What this service does about it, not saved yet; ``None``: nothing."""
        policy = self._following.policies.get(received.type)
        return with_purge(received, policy(self._log, received) if policy else None)

    def _park(self, envelope: Envelope, source: str, error: str) -> Step:
        """The data is not kept: if the record is erased meanwhile, nothing of it stays here."""
        header = envelope.model_copy(update={"data": ""})
        return self._log.places.park(
            Parked(
                publisher=source,
                position=envelope.position,
                held_by=envelope.held_by,
                envelope=header.model_dump_json(),
                error=error,
                parked_at=self._log.clock.now(),
            )
        )


def _named(error: BaseException) -> str:
    """A code or a class: never the text of an exception, which may hold what a message held."""
    return error.code if isinstance(error, Refusal) else type(error).__name__
