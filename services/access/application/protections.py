"""What shuts out and what opens in an emergency: blocks, switches, sessions, oppositions."""

from datetime import timedelta

from services.access import contract as c
from services.access.application.log import AccessLog, saved
from services.access.domain import errors
from services.access.domain.facts import roles_of
from services.access.domain.grants import Block, Session
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
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
        return saved(rights)

    @command
    def unblock_professional(self, request: c.OfProfessional, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        _require_role(rights, who)
        rights.unblock(request.professional, by=who)
        return saved(rights)

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
        return saved(rights)

    @command
    def break_glass(self, request: c.BreakGlass, by: Actor) -> Outcome[c.GlassBroken]:
        rights, who, now = self.asked_by(request.record_id, by)
        session_id = self.new_id(request, by, "session")
        session = Session(
            professional=who.id,
            facility=who.facility,
            reason=request.reason,
            unable_to_consent=request.unable_to_consent,
            started_at=now,
            ends_at=now + timedelta(hours=self.settings.emergency_hours),
            secret=who.secret,
        )
        rights.break_glass(
            session_id, session, block_wins=self.settings.block_beats_break_glass, by=who
        )
        answer = c.GlassBroken(session=session_id, ends_at=session["ends_at"])
        return Outcome(answer=answer, save=[rights])

    @command
    def end_emergency_session(self, request: c.EndEmergencySession, by: Actor) -> Outcome[Done]:
        rights, who, now = self.asked_by(request.record_id, by)
        rights.end_session(request.session, at=now, by=who)
        return saved(rights)

    @command
    def oppose_feeding(self, request: c.OpposeFeeding, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.oppose_feeding(
            request.professional or request.facility,
            request.legitimate_reason,
            on=request.on,
            by=who,
        )
        return saved(rights)


def _require_role(rights: Rights, who: Actor) -> None:
    if not who.acts_for_person and not roles_of(rights, who.id):
        raise errors.NotYours
