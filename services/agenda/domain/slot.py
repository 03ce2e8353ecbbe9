"""A series, or one occurrence of it, as its newest revision says.

Calendars arrive late, twice and in any order. What holds is a function of the set of revisions
seen, not of their order (RFC 5546 2.1.5): the highest SEQUENCE, then the latest DTSTAMP, wins; a
cancellation and the facts it may come without are judged apart.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.agenda.domain.facts import ENDED, Facts
from shared.kernel.clock import instant, parse_instant

WHOLE = ""
"""Slot of what is not one occurrence of a series."""
MAX_SEQUENCE = 2**31 - 1


class Place(NamedTuple):
    """Where a revision stands among others: they compare in that order."""

    sequence: int
    stamp: str
    """RFC 3339, UTC, milliseconds; empty when it did not say."""

    @classmethod
    def of(cls, sequence: int, stamp: datetime | None) -> "Place":
        return cls(sequence, instant(stamp) if stamp else "")


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One thing that was said of a slot. ``facts`` may be missing from a cancellation.
    ``chosen``: whether it is private, where the person says so here themselves."""

    slot: str
    place: Place
    facts: Facts | None
    cancels: bool = False
    chosen: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """``at``: place of the facts; ``cancelled_at``: of the newest cancellation. ``chosen``: as in
    :class:`Revision`; no calendar that comes later changes it."""

    facts: Facts | None = None
    at: Place | None = None
    cancelled_at: Place | None = None
    chosen: bool | None = None

    @property
    def cancelled(self) -> bool:
        if self.facts and self.facts.status in ENDED:
            return True
        return self.cancelled_at is not None and (self.at is None or self.cancelled_at >= self.at)

    @property
    def shown(self) -> bool:
        """Whether it takes place, as far as is known."""
        return self.facts is not None and not self.cancelled

    @property
    def sequence(self) -> int:
        return max((place.sequence for place in (self.at, self.cancelled_at) if place), default=0)

    def after(self, revision: Revision) -> "Slot":
        """What holds once this was said too; equal to this slot if it adds nothing."""
        facts, at, cancelled_at = self.facts, self.at, self.cancelled_at
        if revision.facts and self._is_older_than(revision):
            facts, at = revision.facts, revision.place
        if revision.cancels:
            cancelled_at = max(revision.place, cancelled_at or revision.place)
        chosen = self.chosen if revision.chosen is None else revision.chosen
        return Slot(facts=facts, at=at, cancelled_at=cancelled_at, chosen=chosen)

    def without_choice(self) -> "Slot":
        return replace(self, chosen=None)

    def next_place(self, now: datetime) -> Place:
        """Where a change made here stands: above all that was said so far, and below the next
        SEQUENCE of where the appointment comes from.
        """
        stamps = [place.stamp for place in (self.at, self.cancelled_at) if place and place.stamp]
        latest = max((parse_instant(stamp) for stamp in stamps), default=now)
        return Place.of(self.sequence, max(now, latest + timedelta(milliseconds=1)))

    def _is_older_than(self, revision: Revision) -> bool:
        if self.facts is None or self.at is None or revision.facts is None:
            return True
        return (self.at, _text(self.facts)) < (revision.place, _text(revision.facts))

    def to_event(self) -> dict[str, Any]:
        return {
            "facts": self.facts.to_event() if self.facts else None,
            "at": list(self.at) if self.at else None,
            "cancelled_at": list(self.cancelled_at) if self.cancelled_at else None,
            "chosen": self.chosen,
        }

    @classmethod
    def from_event(cls, state: Mapping[str, Any]) -> "Slot":
        """Rows of the read model that were written before there was a choice have none."""
        at, cancelled_at = state["at"], state["cancelled_at"]
        return cls(
            facts=Facts.from_event(state["facts"]) if state["facts"] else None,
            at=Place(*at) if at else None,
            cancelled_at=Place(*cancelled_at) if cancelled_at else None,
            chosen=state.get("chosen"),
        )


def is_private(slots: Mapping[str, Slot]) -> bool:
    """A series of which one occurrence is private is so as a whole: who reads the others would see
    that there is one. What the person chose for one, else for the series, counts before what its
    newest revision says.
    """
    whole = slots.get(WHOLE, Slot()).chosen
    for slot in slots.values():
        if slot.facts:
            chosen = whole if slot.chosen is None else slot.chosen
            if slot.facts.private if chosen is None else chosen:
                return True
    return False


def _text(facts: Facts) -> str:
    """Two revisions of one place that differ: the same one wins everywhere, whichever it is."""
    return json.dumps(facts.to_event(), sort_keys=True)
