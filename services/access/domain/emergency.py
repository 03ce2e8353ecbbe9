"""Emergency sessions and their review (CSP L1111-17 I, R1111-48)."""

from datetime import datetime
from uuid import UUID

from services.access.domain import emergency_events as e
from services.access.domain import errors
from services.access.domain.grants import Block, Review, Session, Switches, Verdict
from services.access.domain.protection import Protection
from services.access.domain.secrecy import as_secret_as, is_open, known_to
from shared.kernel.actor import Actor
from shared.kernel.secrecy import require_unseen


class Emergency(Protection):
    """The part of the rights that says who broke the glass, and what was thought of it."""

    switches: Switches
    treating_doctor: str | None
    sessions: dict[str, Session]
    reviews: dict[str, Review]
    overdue: list[str]

    def break_glass(
        self, session_id: UUID, session: Session, *, block_wins: bool, by: Actor
    ) -> None:
        """CSP L1111-17 I: immediate risk, and a person unable to say what they want."""
        blocked = block_wins and session["professional"] in self.blocks
        if not self.is_active or blocked or not self.switches["break_glass"]:
            raise errors.BreakGlassRefused(
                message_fr="L’accès en urgence n’est pas possible sur ce dossier."
            )
        self._trigger(
            e.GlassBroken,
            by,
            session_id=session_id,
            session=session,
            treating_doctor=self.treating_doctor,
        )

    def end_session(self, session_id: UUID, *, at: datetime, by: Actor) -> None:
        session = known_to(by, self.sessions.get(str(session_id)))
        if session is None or session["ends_at"] <= at:
            raise errors.NoSuchSession
        require_unseen(by, is_open(session))
        if not by.acts_for_person and by.id != session["professional"]:
            raise errors.NoSuchSession
        who = as_secret_as(session, by)
        self._trigger(e.EmergencyEnded, who, session_id=session_id, ended_at=at)

    def review(self, session_id: UUID, review: Review, *, by: Actor) -> None:
        """Never by who broke it. ``unjustified`` shuts the professional out at once."""
        session = self.sessions.get(str(session_id))
        if session is None:
            raise errors.NoSuchSession
        if by.id == session["professional"]:
            raise errors.ReviewedByBreaker
        if str(session_id) in self.reviews:
            raise errors.AlreadyReviewed
        who = as_secret_as(session, by)
        self._trigger(
            e.BreakGlassReviewed,
            who,
            session_id=session_id,
            professional=session["professional"],
            review=review,
        )
        if review["verdict"] != Verdict.UNJUSTIFIED:
            return
        if review["reviewed_at"] < session["ends_at"]:
            at = review["reviewed_at"]
            self._trigger(e.EmergencyEnded, who, session_id=session_id, ended_at=at)
        self.shut_out(session, at=review["reviewed_at"], by=by)

    def shut_out(self, session: Session, *, at: datetime, by: Actor) -> None:
        """Whoever broke the glass without need, of this record or of one merged into it."""
        block = Block(
            reason="bris de glace jugé injustifié",
            by_person=False,
            blocked_at=at,
            secret=session["secret"],
        )
        if self.adds(session["professional"], block):
            self.block(session["professional"], block, by=by)

    def escalate(self, session_id: UUID, *, at: datetime, by: Actor) -> None:
        session = self.sessions.get(str(session_id))
        known = {*self.reviews, *self.overdue}
        if session is None or at < session["review_before"] or str(session_id) in known:
            raise errors.NotDueYet
        self._trigger(e.ReviewOverdue, as_secret_as(session, by), session_id=session_id)
