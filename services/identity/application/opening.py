"""Between the announcement and the opening: oppose, be told again, open when nobody opposed."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from services.identity.application.log import SELF, IdentityLog, saved
from services.identity.contract import announcing as c
from services.identity.contract.parts import RecordCommand
from services.identity.domain.opposition_statement import opposition_statement
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Opening(IdentityLog):
    def oppose(self, request: c.Oppose, by: Actor) -> c.Opposed:
        """Answer a signed proof; made from the log, so a repeated request gets the same."""
        done = self._oppose(request, by)
        statement = opposition_statement(self.known(request.record_id))
        proof = c.OppositionProof.of(self.outside.proofs.prove(statement))
        return c.Opposed(position=done.position, proof=proof)

    @command
    def _oppose(self, request: c.Oppose, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.oppose(request.channel, by)
        return saved(record)

    @command
    def withdraw_opposition(self, request: c.WithdrawOpposition, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.withdraw_opposition(by)
        return saved(record)

    @command
    def report_bounced_announcement(
        self, request: c.ReportBounce, by: Actor
    ) -> Outcome[c.DelayRestarted]:
        record, now = self.standing(request.record_id), self.clock.now()
        record.bounce(request.posted_at or now, self.delays.opposition, now, by)
        return Outcome(answer=c.DelayRestarted(opens_at=record.opens_at), save=[record])

    @command
    def open_record(self, request: RecordCommand, by: Actor) -> Outcome[Done]:
        """Once the delay has passed; no RPC, our own timer asks."""
        record = self.standing(request.record_id)
        record.open(self.clock.now(), by)
        return saved(record)

    def open_due_records(self, due: Sequence[UUID]) -> None:
        """Open each once. One opposed meanwhile, or erased, is no longer due: left alone."""
        for record_id in due:
            request_id = derived_id(self.secret, "opening", str(record_id))
            with suppress(Conflict, Forbidden):
                self.open_record(RecordCommand(request_id=request_id, record_id=record_id), SELF)
