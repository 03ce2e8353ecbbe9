"""How a record ends: majority, death, and erasure once it is due."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from services.identity.application.log import SELF, IdentityLog, saved
from services.identity.contract import ending as c
from services.identity.contract.parts import RecordCommand
from services.identity.domain.erasure import Erasure
from services.identity.domain.errors import UnknownRecord
from services.identity.domain.ins_holder import InsHolder
from services.identity.domain.record import Record
from services.identity.domain.states import ErasureReason
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Endings(IdentityLog):
    def declare_death(self, request: c.DeclareDeath, by: Actor) -> Done:
        """Answer once access has applied it, as for closing."""
        return self.applied(request, self._declare_death(request, by))

    @command
    def _declare_death(self, request: c.DeclareDeath, by: Actor) -> Outcome[Done]:
        record = self.standing(request.record_id)
        record.declare_death(request.date, self.clock.now(), by)
        return saved(record)

    @command
    def revoke_death(self, request: c.RevokeDeath, by: Actor) -> Outcome[Done]:
        record = self.standing(request.record_id)
        record.revoke_death(by)
        return saved(record)

    @command
    def request_erasure(self, request: c.RequestErasure, by: Actor) -> Outcome[c.ErasureAsked]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        due = self.clock.now() + self.delays.erasure
        record.request_erasure(due, by)
        return Outcome(answer=c.ErasureAsked(due=due), save=[record])

    @command
    def cancel_erasure(self, request: c.CancelErasure, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.cancel_erasure(by)
        return saved(record)

    def erasure_certificate(self, request: c.ErasureCertificate, _: Actor) -> c.Certificate:
        """The proof, for who asked for the erasure and for auditors."""
        erasure = self.get(self._erasure_id(request.record_id), Erasure)
        if erasure is None or erasure.certificate is None:
            raise UnknownRecord
        return c.Certificate(reason=erasure.reason, **erasure.certificate)

    @command
    def reach_majority(self, request: RecordCommand, by: Actor) -> Outcome[Done]:
        """On the day; no RPC, our own timer asks."""
        record = self.standing(request.record_id)
        record.reach_majority(self.clock.now(), by)
        return saved(record)

    def let_come_of_age(self, due: Sequence[UUID]) -> None:
        for record_id in due:
            with suppress(Conflict, Forbidden):
                # A birth date that is corrected to and fro comes of age again.
                version = self.standing(record_id).version
                request_id = derived_id(self.secret, "majority", str(record_id), str(version))
                self.reach_majority(RecordCommand(request_id=request_id, record_id=record_id), SELF)

    def erase_due_records(self, due: Sequence[UUID]) -> None:
        """Each in steps that may be repeated: decided, keys destroyed, told. A step that fails
        leaves the record due, and the next sweep goes on from there.
        """
        for record_id in due:
            with suppress(Conflict, Forbidden):
                self._erase(record_id)

    def _erase(self, record_id: UUID) -> None:
        """What was merged into it goes first: while that fails, this record stays due."""
        erasure_id = self._erasure_id(record_id)
        if self.get(erasure_id, Erasure) is None:
            self._begin_erasure(c.EraseRecord(request_id=erasure_id, record_id=record_id), SELF)
        erasure = self.get(erasure_id, Erasure)
        if erasure is None or erasure.certificate is not None:
            return
        for absorbed in erasure.absorbed:
            self._complete(absorbed)
        self._complete(record_id)

    def _complete(self, record_id: UUID) -> None:
        erasure = self.get(self._erasure_id(record_id), Erasure)
        if erasure is None or erasure.certificate is not None:
            return
        erasure.complete(self.outside.keyring.destroy(record_id, erasure.id), SELF)
        self.commit(Outcome(answer=Done(), save=[erasure, *self._freed(erasure)]))

    @command
    def _begin_erasure(self, request: c.EraseRecord, by: Actor) -> Outcome[Done]:
        """Of the same instant as the last cancellation or reopening: one of them wins."""
        record = self.standing(request.record_id)
        reason = record.begin_erasure(self.clock.now(), by)
        absorbed = [self.known(record_id) for record_id in record.absorbed]
        for source in absorbed:
            source.follow_into_erasure(by)
        gone = [record, *absorbed]
        return Outcome(answer=Done(), save=[*gone, *(self._decided(r, reason, by) for r in gone)])

    def _decided(self, record: Record, reason: ErasureReason, by: Actor) -> Erasure:
        return Erasure.decide(
            self._erasure_id(record.id),
            record.id,
            reason,
            holders=list(dict.fromkeys(self.holder_id(ins) for ins in record.numbers)),
            absorbed=record.absorbed,
            by=by,
        )

    def _freed(self, erasure: Erasure) -> list[InsHolder]:
        freed = []
        for holder_id in erasure.holders:
            holder = self.get(holder_id, InsHolder)
            if holder and holder.holder == erasure.erased:
                holder.release(SELF)
                freed.append(holder)
        return freed

    def _erasure_id(self, record_id: UUID) -> UUID:
        return derived_id(self.secret, "erasure", str(record_id))
