"""What was shut, and by whom: blocks, emergency switches, oppositions to feeding."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.access.domain.grants import Block, Switches
from services.access.domain.merged import decide_on, give_back, take
from services.access.domain.rights_event import RightsEvent
from services.access.domain.stricter import Stricter

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class ProfessionalBlocked(RightsEvent):
    """Ends the consent and the role of treating doctor too: unblocking revives neither."""

    TOPIC = "access.professional_blocked"
    professional: str
    block: Block

    def apply(self, aggregate: "Rights") -> None:
        former = aggregate.blocks.get(self.professional)
        if former and former["secret"] and not self.block["secret"]:
            aggregate.covered_blocks[self.professional] = former
        aggregate.blocks[self.professional] = self.block
        aggregate.consents.pop(self.professional, None)
        aggregate.roles = {r: p for r, p in aggregate.roles.items() if p != self.professional}
        if aggregate.treating_doctor == self.professional:
            aggregate.treating_doctor = None
        decide_on(aggregate, self.professional)


class ProfessionalUnblocked(RightsEvent):
    """``back``: the minor's secret block that theirs had covered, where a representative undid it.
    Version 1 undid that too."""

    TOPIC = "access.professional_unblocked"
    class_version = 2
    professional: str
    back: Block | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["back"] = None

    def apply(self, aggregate: "Rights") -> None:
        del aggregate.blocks[self.professional]
        aggregate.covered_blocks.pop(self.professional, None)
        if self.back:
            aggregate.blocks[self.professional] = self.back
        decide_on(aggregate, self.professional)


class EmergencySwitchesSet(RightsEvent):
    TOPIC = "access.emergency_switches_set"
    switches: Switches

    def apply(self, aggregate: "Rights") -> None:
        aggregate.switches = self.switches
        aggregate.of_merges["switches"] = {}


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
        if self.on and self.waits:
            aggregate.claimed_oppositions[self.feeder] = self.legitimate_reason
            return
        aggregate.of_merges["oppositions"].pop(self.feeder, None)
        if self.on:
            aggregate.feeding_oppositions[self.feeder] = self.legitimate_reason
        else:
            aggregate.feeding_oppositions.pop(self.feeder, None)


class FeedingOppositionJudged(RightsEvent):
    """CSP R1111-47: whether the reason is legitimate. ``note``: why, for the person."""

    TOPIC = "access.feeding_opposition_judged"
    feeder: str
    accepted: bool
    note: str

    def apply(self, aggregate: "Rights") -> None:
        reason = aggregate.claimed_oppositions.pop(self.feeder)
        if self.accepted:
            aggregate.of_merges["oppositions"].pop(self.feeder, None)
            aggregate.feeding_oppositions[self.feeder] = reason


class StricterTaken(RightsEvent):
    """Another record of this person was merged into this one; ``taken``: what it forbade. Version
    1 did not say what both forbade."""

    TOPIC = "access.stricter_taken"
    class_version = 2
    merge_id: UUID
    taken: Stricter

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["taken"]["both"] = None

    def apply(self, aggregate: "Rights") -> None:
        take(aggregate, str(self.merge_id), self.taken)


class StricterGivenBack(RightsEvent):
    """It was split off again. ``ends``: of consents that came back and were not said to have
    expired, by grantee, until when. ``others_kept``: what others still merged forbid stayed.
    Version 1 gave that back too; consents it gave back are said with the next one that ends.
    """

    TOPIC = "access.stricter_given_back"
    class_version = 2
    merge_id: UUID
    ends: dict[str, datetime]
    others_kept: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["ends"] = {}
        state["others_kept"] = False

    def apply(self, aggregate: "Rights") -> None:
        give_back(aggregate, str(self.merge_id), others_kept=self.others_kept)
