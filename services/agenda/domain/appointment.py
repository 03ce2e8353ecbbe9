"""An appointment, or a series of them with what was changed of single occurrences."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.agenda.domain.errors import READ_ONLY_FR, ReadOnly, TooManyOccurrences
from services.agenda.domain.origin import Origin, attributes
from services.agenda.domain.slot import WHOLE, Revision, Slot, is_private
from shared.kernel.actor import Actor

MAX_SLOTS = 1000
"""Occurrences of one series that may differ from it."""


class Effect(StrEnum):
    """What a revision came to, as its sender is told."""

    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class SlotSaid:
    """``state``: the slot as it holds from then on. ``private``: of the appointment as a whole."""

    slot: str
    state: dict[str, Any]
    private: bool

    class_version = 3

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Nobody could say that an appointment is private: calendars that did were not heard."""
        if facts := state["state"]["facts"]:
            facts["private"] = False

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """What the person called private was as a calendar says it: until its next revision."""
        state["state"]["chosen"] = None
        state["private"] = bool((state["state"]["facts"] or {}).get("private"))

    def apply(self, appointment: "Appointment") -> None:
        appointment.slots[self.slot] = Slot.from_event(self.state)


class Appointment(Aggregate):
    """Every event but the first gives the slot it speaks of as it holds from then on."""

    TOPIC = "agenda.appointment"

    class Event(Aggregate.Event):
        """``secret``: hidden from representatives, whoever acts."""

        record_id: UUID
        by: dict[str, Any]
        origin: dict[str, str]
        secret: bool

    class Created(Event, Aggregate.Created):
        """Something was said of it; nothing is shown yet. ``uid``: its name where it is from."""

        TOPIC = "agenda.appointment_begun"
        uid: str | None

    class Added(SlotSaid, Event):
        TOPIC = "agenda.appointment_added"

    class Changed(SlotSaid, Event):
        TOPIC = "agenda.appointment_changed"

    class Cancelled(SlotSaid, Event):
        TOPIC = "agenda.appointment_cancelled"

    class Noted(SlotSaid, Event):
        """Decides which later revisions count; a person sees no difference."""

        TOPIC = "agenda.appointment_revision_noted"

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        origin: dict[str, str],
        secret: bool,
        uid: str | None,
    ) -> None:
        self.record_id = record_id
        self.origin = Origin.from_event(origin)
        self.secret = secret
        self.uid = uid
        self.slots: dict[str, Slot] = {}

    @classmethod
    def begin(
        cls, appointment_id: UUID, record_id: UUID, *, uid: str | None, secret: bool, by: Actor
    ) -> "Appointment":
        return cls._create(
            cls.Created,
            id=appointment_id,
            record_id=record_id,
            by=by.to_event(),
            origin=Origin.of(by).to_event(),
            secret=secret,
            uid=uid,
        )

    def hear(self, revision: Revision, by: Actor) -> Effect:
        """Take what was said, in whatever order it arrives."""
        before = self.slots.get(revision.slot, Slot())
        after = before.after(revision)
        if after == before:
            known = {before.at, before.cancelled_at}
            return Effect.UNCHANGED if revision.place in known else Effect.OUTDATED
        if revision.slot not in self.slots and len(self.slots) > MAX_SLOTS:
            raise TooManyOccurrences
        kind, effect = _told(before, after, was_shown=self._is_shown(revision.slot))
        self._say(kind, revision.slot, after, by)
        return effect

    def takes_room(self, revision: Revision) -> bool:
        """Whether one slot more is kept once it was heard. There is always room for the end of what
        stands: nobody should go to what does not take place."""
        ends = revision.cancels and self._is_shown(revision.slot)
        return revision.slot not in self.slots and not ends

    def forget_choices(self, by: Actor) -> None:
        """Of single occurrences: the person speaks of the whole series."""
        for name, slot in list(self.slots.items()):
            if name != WHOLE and slot.chosen is not None:
                self._say(Appointment.Noted, name, slot.without_choice(), by)

    def require_person_may_write(self) -> None:
        """:class:`ReadOnly` for what a service wrote."""
        if not self.origin.is_person:
            raise ReadOnly(message_fr=READ_ONLY_FR)

    def attributes(self) -> dict[str, Any]:
        """For ``access`` to decide on."""
        return attributes(self.origin, secret=self.secret, private=is_private(self.slots))

    def _is_shown(self, name: str) -> bool:
        """An occurrence of which nothing was said is as its series says."""
        slot = self.slots.get(name) or self.slots.get(WHOLE)
        return slot is not None and slot.shown

    def _say(self, kind: type[Any], slot: str, state: Slot, by: Actor) -> None:
        self.trigger_event(
            kind,
            record_id=self.record_id,
            by=by.to_event(),
            origin=self.origin.to_event(),
            secret=self.secret,
            slot=slot,
            state=state.to_event(),
            private=is_private({**self.slots, slot: state}),
        )


Said = Appointment.Added | Appointment.Changed | Appointment.Cancelled | Appointment.Noted
"""The events that say something of a slot."""


def _told(before: Slot, after: Slot, *, was_shown: bool) -> tuple[type[Said], Effect]:
    if not after.shown:
        if was_shown:
            return Appointment.Cancelled, Effect.CANCELLED
        return Appointment.Noted, Effect.CANCELLED if after.cancelled else Effect.UNCHANGED
    if not was_shown and before.facts is None:
        return Appointment.Added, Effect.ADDED
    if was_shown and before.facts == after.facts:
        return Appointment.Noted, Effect.UNCHANGED
    return Appointment.Changed, Effect.CHANGED
