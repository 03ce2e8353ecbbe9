"""Which record carries an INS: at most one (RNIV: never two active records for one matricule)."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class InsHolder(Aggregate):
    """One stream per INS, named by a keyed hash of it; holds nothing but an opaque record id.

    Two announcements that race for one INS both write version 1 of this stream: one of them
    fails, decides again, and is refused. It belongs to no record's key on purpose: after an
    erasure the INS must still be seen to be free or held.
    """

    TOPIC = "identity.ins_holder"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "identity.ins_taken"
        holder: UUID

    class Released(Event):
        """Its record was erased: the person may be given a new one."""

        TOPIC = "identity.ins_released"

        def apply(self, holder: "InsHolder") -> None:
            holder.holder = None

    class Moved(Event):
        """To the record that this one was merged into, or back."""

        TOPIC = "identity.ins_moved"
        holder: UUID

        def apply(self, holder: "InsHolder") -> None:
            holder.holder = self.holder

    class TakenAgain(Event):
        TOPIC = "identity.ins_taken_again"
        holder: UUID

        def apply(self, holder: "InsHolder") -> None:
            holder.holder = self.holder

    @event(Created)
    def __init__(self, holder: UUID, by: dict[str, Any]) -> None:
        self.holder: UUID | None = holder

    @classmethod
    def take(cls, holder_id: UUID, record_id: UUID, by: Actor) -> "InsHolder":
        return cls._create(cls.Created, id=holder_id, holder=record_id, by=by.to_event())

    def take_again(self, record_id: UUID, by: Actor) -> None:
        self.trigger_event(self.TakenAgain, holder=record_id, by=by.to_event())

    def release(self, by: Actor) -> None:
        self.trigger_event(self.Released, by=by.to_event())

    def move(self, record_id: UUID, by: Actor) -> None:
        self.trigger_event(self.Moved, holder=record_id, by=by.to_event())
