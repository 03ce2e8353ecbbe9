"""A check that what lies in object storage is what was deposited."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class IntegrityCheck(Aggregate):
    """Belongs to no record: ids of documents only."""

    TOPIC = "vault.integrity_check"

    class Created(Aggregate.Created):
        TOPIC = "vault.integrity_checked"
        by: dict[str, Any]
        checked: int
        missing: list[UUID]
        damaged: list[UUID]

    @event(Created)
    def __init__(
        self, *, by: dict[str, Any], checked: int, missing: list[UUID], damaged: list[UUID]
    ) -> None:
        self.by = by
        self.checked = checked
        self.missing = missing
        self.damaged = damaged

    @classmethod
    def done(
        cls, *, checked: int, missing: list[UUID], damaged: list[UUID], by: Actor
    ) -> "IntegrityCheck":
        return cls(by=by.to_event(), checked=checked, missing=missing, damaged=damaged)
