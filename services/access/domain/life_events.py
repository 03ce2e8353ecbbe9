"""What identity says of a record that rights depend on."""

from datetime import datetime
from typing import TYPE_CHECKING

from services.access.domain.grants import ACTIVE, Source
from services.access.domain.rights_event import RightsEvent

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class RecordStateChanged(RightsEvent):
    """Identity said so, at that position of its log."""

    TOPIC = "access.record_state_changed"
    status: str
    source: Source

    def apply(self, aggregate: "Rights") -> None:
        if self.status in ACTIVE:
            aggregate.active_status = self.status
        aggregate.status = self.status
        aggregate.source = self.source


class RepresentativesKnown(RightsEvent):
    """Legal representatives of a minor, who may have none yet, and the instant of majority."""

    TOPIC = "access.representatives_known"
    representatives: list[str]
    majority_at: datetime | None
    source: Source

    def apply(self, aggregate: "Rights") -> None:
        aggregate.representatives = self.representatives
        aggregate.majority_at = self.majority_at
        aggregate.source = self.source


class IdentityProven(RightsEvent):
    """Whether the identity is qualified (INS proven and traits checked), as of ``source``."""

    TOPIC = "access.identity_proven"
    qualified: bool
    source: Source

    def apply(self, aggregate: "Rights") -> None:
        aggregate.identity_qualified = self.qualified


class RepresentationEnded(RightsEvent):
    """The person is of age: nobody represents them any more."""

    TOPIC = "access.representation_ended"
    representatives: list[str]
    source: Source

    def apply(self, aggregate: "Rights") -> None:
        aggregate.representatives = []
        aggregate.majority_at = None
        aggregate.suspended = {}
        aggregate.delegations = {
            i: d for i, d in aggregate.delegations.items() if d["kind"] == "caregiver"
        }
        aggregate.invitations = {}
