"""What was shut, and by whom: blocks, emergency switches, oppositions to feeding."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.access.domain.grants import Block, Switches
from services.access.domain.rights_event import RightsEvent
from services.access.domain.stricter import Stricter, give_back, take

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class ProfessionalBlocked(RightsEvent):
    """Ends the consent and the role of treating doctor too: unblocking revives neither."""

    TOPIC = "access.professional_blocked"
    professional: str
    block: Block

    def apply(self, aggregate: "Rights") -> None:
        aggregate.blocks[self.professional] = self.block
        aggregate.consents.pop(self.professional, None)
        aggregate.roles = {r: p for r, p in aggregate.roles.items() if p != self.professional}
        if aggregate.treating_doctor == self.professional:
            aggregate.treating_doctor = None


class ProfessionalUnblocked(RightsEvent):
    TOPIC = "access.professional_unblocked"
    professional: str

    def apply(self, aggregate: "Rights") -> None:
        del aggregate.blocks[self.professional]


class EmergencySwitchesSet(RightsEvent):
    TOPIC = "access.emergency_switches_set"
    switches: Switches

    def apply(self, aggregate: "Rights") -> None:
        aggregate.switches = self.switches


class FeedingOpposed(RightsEvent):
    """``feeder``: professional or facility, or ``*``; ``on`` false lifts it. ``waits``: counts
    only once the reason was judged legitimate."""

    TOPIC = "access.feeding_opposed"
    class_version = 2
    feeder: str
    legitimate_reason: str
    on: bool
    waits: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["waits"] = False

    def apply(self, aggregate: "Rights") -> None:
        aggregate.claimed_oppositions.pop(self.feeder, None)
        if not self.on:
            aggregate.feeding_oppositions.pop(self.feeder, None)
        elif self.waits:
            aggregate.claimed_oppositions[self.feeder] = self.legitimate_reason
        else:
            aggregate.feeding_oppositions[self.feeder] = self.legitimate_reason


class FeedingOppositionJudged(RightsEvent):
    """CSP R1111-47: whether the reason is legitimate. ``note``: why, for the person."""

    TOPIC = "access.feeding_opposition_judged"
    feeder: str
    accepted: bool
    note: str

    def apply(self, aggregate: "Rights") -> None:
        reason = aggregate.claimed_oppositions.pop(self.feeder)
        if self.accepted:
            aggregate.feeding_oppositions[self.feeder] = reason


class StricterTaken(RightsEvent):
    """Another record of this person was merged into this one; ``taken``: what it forbade."""

    TOPIC = "access.stricter_taken"
    merge_id: UUID
    taken: Stricter

    def apply(self, aggregate: "Rights") -> None:
        aggregate.merged[str(self.merge_id)] = self.taken
        take(aggregate, self.taken)


class StricterGivenBack(RightsEvent):
    """It was split off again. ``ends``: of consents that came back and were not said to have
    expired, by grantee, until when. What version 1 gave back is said with the next one that ends.
    """

    TOPIC = "access.stricter_given_back"
    class_version = 2
    merge_id: UUID
    ends: dict[str, datetime]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["ends"] = {}

    def apply(self, aggregate: "Rights") -> None:
        give_back(aggregate, aggregate.merged.pop(str(self.merge_id)))
