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

    class Created(Aggregate.Created):
        TOPIC = "identity.ins_taken"
        holder: UUID
        by: dict[str, Any]

    @event(Created)
    def __init__(self, holder: UUID, by: dict[str, Any]) -> None:
        self.holder = holder

    @classmethod
    def take(cls, holder_id: UUID, record_id: UUID, by: Actor) -> "InsHolder":
        return cls._create(cls.Created, id=holder_id, holder=record_id, by=by.to_event())
