"""The life of an open record: activation, contact, suspension, closing."""

from services.identity.application.log import IdentityLog, saved
from services.identity.contract import living as c
from services.identity.domain.activation_code import ActivationCode, code_hash, derived_code
from services.identity.domain.errors import WrongActivationCode
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Living(IdentityLog):
    def new_activation_code(self, request: c.NewActivationCode, by: Actor) -> c.ActivationCodeGiven:
        """The code itself is kept nowhere: it is derived again for a repeated request."""
        issued = self._issue_code(request, by)
        return c.ActivationCodeGiven(**issued.model_dump(), activation_code=self._code(request, by))

    @command
    def _issue_code(self, request: c.NewActivationCode, by: Actor) -> Outcome[c.CodeIssued]:
        record = self.standing(request.record_id)
        expires_at = self.clock.now() + self.delays.activation_code
        code = self._code(request, by)
        record.issue_activation_code(ActivationCode(code_hash(self.secret, code), expires_at), by)
        return Outcome(answer=c.CodeIssued(expires_at=expires_at), save=[record])

    def activate(self, request: c.Activate, by: Actor) -> Done:
        """A wrong code is counted before it is refused; the same request counts once."""
        tried = self._try_activation(request, by)
        if not tried.activated:
            raise WrongActivationCode
        return Done(position=tried.position)

    @command
    def _try_activation(self, request: c.Activate, by: Actor) -> Outcome[c.ActivationTried]:
        self.require_acting(request.record_id, by)
        record = self.known(request.record_id)
        typed = code_hash(self.secret, request.activation_code)
        activated = record.try_activation(
            typed, self.clock.now(), by, tries_allowed=self.limits.activation_tries
        )
        return Outcome(answer=c.ActivationTried(activated=activated), save=[record])

    @command
    def update_contact(self, request: c.UpdateContact, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.update_contact(request.contact.model_dump(), by)
        return saved(record)

    def close_record(self, request: c.Close, by: Actor) -> Done:
        """``close`` of the contract, a word the library uses for itself. Answer once access has
        applied it: nothing is read afterwards.
        """
        return self.applied(request, self._close(request, by))

    @command
    def _close(self, request: c.Close, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.close(request.motive, self.clock.now(), by, contesting=self.delays.contesting)
        return saved(record)

    @command
    def reopen(self, request: c.Reopen, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.reopen(by)
        return saved(record)

    def suspend(self, request: c.Suspend, by: Actor) -> Done:
        """Answer once access has applied it, as for closing."""
        return self.applied(request, self._suspend(request, by))

    @command
    def _suspend(self, request: c.Suspend, by: Actor) -> Outcome[Done]:
        record = self.standing(request.record_id)
        record.suspend(request.reason, by)
        return saved(record)

    @command
    def lift_suspension(self, request: c.LiftSuspension, by: Actor) -> Outcome[Done]:
        record = self.standing(request.record_id)
        record.lift_suspension(by)
        return saved(record)

    def _code(self, request: c.NewActivationCode, by: Actor) -> str:
        return derived_code(self.secret, str(request.record_id), by.id, str(request.request_id))
