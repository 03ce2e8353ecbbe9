"""What shuts out: blocks, emergency switches, oppositions to feeding."""

from uuid import UUID

from services.access import contract as c
from services.access.application.log import AccessLog, require_physician, said, saved
from services.access.domain import errors
from services.access.domain.facts import holds_role
from services.access.domain.grants import Block
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from shared.rpc.contract import Done, Listing, ListQuery
from shared.stores.event_log import Outcome, command


class Protections(AccessLog):
    @command
    def block_professional(self, request: c.BlockProfessional, by: Actor) -> Outcome[Done]:
        """Once this has answered, no decision on any replica ignores it."""
        rights, who, now = self.asked_by(request.record_id, by)
        _require_role(rights, who)
        block = Block(
            reason=request.reason,
            by_person=who.acts_for_person,
            blocked_at=now,
            secret=who.secret,
        )
        rights.block(request.professional, block, by=who)
        return said(rights)

    @command
    def unblock_professional(self, request: c.OfProfessional, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        _require_role(rights, who)
        rights.unblock(request.professional, by=who)
        return said(rights)

    @command
    def set_emergency_switches(self, request: c.SetEmergencySwitches, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.set_switches(
            {
                "regulation": request.regulation,
                "break_glass": request.break_glass,
                "masked": request.masked,
            },
            by=who,
        )
        return said(rights)

    @command
    def oppose_feeding(self, request: c.OpposeFeeding, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.oppose_feeding(
            request.feeder,
            request.legitimate_reason,
            on=request.on,
            waits=True,
            by=who,
        )
        return said(rights)

    @command
    def judge_opposition(self, request: c.JudgeOpposition, by: Actor) -> Outcome[Done]:
        """CSP R1111-47: the person may not oppose useful data without a legitimate reason; until
        it is found so, feeding goes on. Of a record that was merged into another since, it counts
        there too."""
        rights, who, _ = self.asked_by(request.record_id, by)
        require_physician(who)
        reason = rights.judge_opposition(
            request.feeder,
            accepted=request.accepted,
            note=request.note,
            by=who,
        )
        served = self.readable(rights.merged_into) if rights.merged_into else None
        if served is None or not request.accepted:
            return saved(rights)
        served.oppose_feeding(request.feeder, reason, on=True, waits=False, by=who)
        return Outcome(answer=Done(), save=[rights, served])

    def oppositions_to_judge(self, request: ListQuery, by: Actor) -> Listing[c.OppositionToJudge]:
        require_physician(by.principal)
        found = self.outside.waiting.queue(
            "opposition", record_id=None, limit=request.limit, after=request.cursor
        )
        return Listing[c.OppositionToJudge](
            items=[one for waits in found.items if (one := self._waiting(*waits))],
            next_cursor=found.next_cursor,
            total=found.total,
        )

    def _waiting(self, record_id: UUID, key: str) -> c.OppositionToJudge | None:
        """``None``: judged or taken back meanwhile, or erased."""
        rights = self.readable(record_id)
        for feeder, reason in (rights.claimed_oppositions if rights else {}).items():
            if self.keyed("opposition", str(record_id), feeder) == key:
                return c.OppositionToJudge(
                    record_id=record_id, feeder=feeder, legitimate_reason=reason
                )
        return None


def _require_role(rights: Rights, who: Actor) -> None:
    if not who.acts_for_person and not holds_role(rights, who):
        raise errors.NotYours
