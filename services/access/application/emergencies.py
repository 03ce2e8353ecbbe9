"""The breaking of the glass, and its review."""

from datetime import timedelta
from uuid import UUID

from services.access import contract as c
from services.access.application.log import AccessLog, require_physician, saved
from services.access.domain import errors
from services.access.domain.facts import holds_role
from services.access.domain.grants import Review, Session, Verdict
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Done, Listing
from shared.stores.event_log import Outcome, command


class Emergencies(AccessLog):
    @command
    def break_glass(self, request: c.BreakGlass, by: Actor) -> Outcome[c.GlassBroken]:
        """CSP L1111-17 I: a professional in person and in practice; whatever waits for a review
        refuses nobody."""
        rights, who, now = self.asked_by(request.record_id, by)
        if not self._in_practice(who):
            raise errors.NotYours
        session_id = self.new_id(request, by, "session")
        session = Session(
            professional=who.id,
            facility=who.facility,
            reason=request.reason,
            unable_to_consent=request.unable_to_consent,
            started_at=now,
            ends_at=now + timedelta(hours=self.settings.emergency_hours),
            review_before=now + timedelta(days=self.settings.review_days),
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
    def review_break_glass(self, request: c.ReviewBreakGlass, by: Actor) -> Outcome[c.Reviewed]:
        """``unjustified`` blocks the professional, opens an incident, and the person is told. Of a
        record that was merged into another since, they are blocked there too."""
        rights, who, now = self.asked_by(request.record_id, by)
        _require_reviewer(rights, who)
        unjustified = request.verdict is Verdict.UNJUSTIFIED
        incident = self.new_id(request, by, "incident") if unjustified else None
        review = Review(
            verdict=request.verdict.value,
            note=request.note,
            reviewed_by=who.id,
            reviewed_at=now,
            incident=str(incident) if incident else None,
        )
        rights.review(request.session, review, by=who)
        served = self.readable(rights.merged_into) if unjustified and rights.merged_into else None
        if served:
            served.shut_out(rights.sessions[str(request.session)], at=now, by=who)
        reviewed = [rights, *([served] if served else [])]
        return Outcome(answer=c.Reviewed(incident=incident), save=reviewed)

    def break_glass_to_review(
        self, request: c.BreakGlassToReview, by: Actor
    ) -> Listing[c.SessionToReview]:
        """Auditors: the queue of all records. Others: of the record they hold a role on."""
        who = by.principal
        if who.kind is ActorKind.AUDITOR:
            require_physician(who)
        else:
            if request.record_id is None:
                raise errors.NotYours
            rights, who, _ = self.asked_by(request.record_id, by)
            _require_reviewer(rights, who)
        found = self.outside.waiting.queue(
            "review", record_id=request.record_id, limit=request.limit, after=request.cursor
        )
        shown = (self._to_review(record_id, session) for record_id, session in found.items)
        return Listing[c.SessionToReview](
            items=[s for s in shown if s and s.professional != who.id],
            next_cursor=found.next_cursor,
            total=found.total,
        )

    def _to_review(self, record_id: UUID, session_id: str) -> c.SessionToReview | None:
        """``None``: reviewed meanwhile, or erased."""
        rights = self.readable(record_id)
        session = rights.sessions.get(session_id) if rights else None
        if rights is None or session is None or session_id in rights.reviews:
            return None
        return c.SessionToReview(
            record_id=record_id,
            session=UUID(session_id),
            professional=session["professional"],
            facility=session["facility"],
            reason=session["reason"],
            started_at=session["started_at"],
            ends_at=session["ends_at"],
            review_before=session["review_before"],
            overdue=session["review_before"] <= self.clock.now(),
        )

    def _in_practice(self, who: Actor) -> bool:
        situation = who.claims.get("exercice") or {}
        student = situation.get("codeCategorieProfessionnelle") == "E"
        return who.profession in self.reference.professions and not student


def _require_reviewer(rights: Rights, who: Actor) -> None:
    """A mandated auditor beside a physician; the treating doctor or an administrator, who read
    everyone's traces anyway (CSP L1111-16)."""
    if who.kind is ActorKind.AUDITOR:
        require_physician(who)
    elif who.id in rights.blocks or not holds_role(rights, who):
        raise errors.NotYours
