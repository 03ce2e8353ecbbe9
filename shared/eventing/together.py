"""Many messages in few writes: those that change nothing in a log move its position together.

A policy is asked in order, and what it decides is saved before the next one is asked: so a write
takes the messages up to and with the first that changes something. Whatever fails in a write of
many is found by handling them one by one, where it is tried again and parked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.eventing.following import Following
from shared.eventing.handling import Handling
from shared.eventing.links import link_of
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import INFRASTRUCTURE
from shared.eventing.messages import Envelope
from shared.eventing.metrics import APPLIED, FOLLOWED_POSITION
from shared.eventing.received import Received
from shared.stores.event_log import Followed, Link, Outcome, PositionMoved
from shared.telemetry.traces import SpanKind, attributes, span


@dataclass(frozen=True)
class Opened:
    """``received`` is ``None`` where there is nothing in it, or it does not open. ``cause``: the
    trace its event was saved in, where that is known."""

    envelope: Envelope
    received: Received | None
    cause: str | None = None


class Together:
    def __init__(
        self, following: Following, source: str, views: LiveViews, handling: Handling
    ) -> None:
        self._log = following.log
        self._source = source
        self._views = views
        self._handling = handling

    def apply(self, run: Sequence[Opened], at: Link | None) -> Iterator[Link]:
        """Messages that follow each other, the first of them ``at``: each place reached."""
        while run:
            taken, outcome = self._first(run)
            if not taken or not self._written(taken, outcome, at):
                taken = taken or run[:1]
                for item in taken:
                    self._handling.apply(item.envelope, self._source, at, item.cause)
                    yield (at := link_of(item.envelope))
            else:
                yield (at := link_of(taken[-1].envelope))
            run = run[len(taken) :]

    def _first(self, run: Sequence[Opened]) -> tuple[Sequence[Opened], Outcome[Any] | None]:
        """The messages to write at once, and what the last of them leads to."""
        held = self._log.places.held()
        for number, item in enumerate(run):
            if item.envelope.is_void:
                continue
            if item.received is None or item.envelope.held_by in held:
                return run[:number], None
            try:
                outcome = self._handling.decide(item.received)
            except (*INFRASTRUCTURE, PositionMoved):
                raise
            except Exception:  # noqa: BLE001 - it is handled alone, where it is tried and parked
                return run[:number], None
            if outcome:
                return run[: number + 1], outcome
        return run, None

    def _written(
        self, taken: Sequence[Opened], outcome: Outcome[Any] | None, at: Link | None
    ) -> bool:
        last = taken[-1].envelope
        followed = Followed(publisher=self._source, previous=at, reached=link_of(last))
        causes = [item.cause for item in taken if item.cause]
        with span(f"{self._log.name} {last.type}", SpanKind.CONSUMER, causes=causes) as current:
            attributes(current, {"publisher": self._source, "position": last.position})
            attributes(current, {"messages": len(taken)})
            try:
                self._views.write([(item.received, item.envelope) for item in taken], followed)
                self._log.apply(outcome, followed)
            except (*INFRASTRUCTURE, PositionMoved):
                raise
            except Exception:  # noqa: BLE001 - which of them it was is found one by one
                return False
        kinds = Counter("void" if item.envelope.is_void else "applied" for item in taken)
        for kind, count in kinds.items():
            APPLIED.labels(self._log.name, self._source, kind).inc(count)
        FOLLOWED_POSITION.labels(self._log.name, self._source).set(last.position)
        return True
