"""Which record carries an INS: at most one (RNIV: never two active records for one matricule)."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event


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

    @staticmethod
    def create_id(holder_id: UUID, **_: Any) -> UUID:
        return holder_id

    @event(Created)
    def __init__(self, holder_id: UUID, holder: UUID, by: dict[str, Any]) -> None:
        self.holder = holder
