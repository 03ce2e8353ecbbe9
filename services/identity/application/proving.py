"""How far an identity is trusted: documents checked, attributes, corrections, a new INS."""

from services.identity.application.insi_calls import InsiCalls
from services.identity.contract import proving as c
from services.identity.domain.errors import InsAlreadyHeld, InsNotConfirmed
from services.identity.domain.ins_holder import InsHolder
from services.identity.domain.insi import NationalIdentity
from services.identity.domain.insi_call import InsiOperation
from services.identity.domain.record import Record
from shared.kernel.actor import Actor
from shared.kernel.ins import Ins
from shared.stores.event_log import Outcome, command


class Proving(InsiCalls):
    @command
    def validate_identity(self, request: c.ValidateIdentity, by: Actor) -> Outcome[c.ProvenSoFar]:
        record = self.standing(request.record_id)
        record.validate_identity(request.document_kind, by)
        return _proven(record)

    @command
    def set_attribute(self, request: c.SetAttribute, by: Actor) -> Outcome[c.ProvenSoFar]:
        record = self.standing(request.record_id)
        record.set_attribute(request.attribute, on=request.on, by=by)
        return _proven(record)

    @command
    def correct_traits(self, request: c.CorrectTraits, by: Actor) -> Outcome[c.ProvenSoFar]:
        record = self.standing(request.record_id)
        record.correct_traits(request.traits.to_domain(), self.clock.now(), by)
        return _proven(record)

    @command
    def change_ins(self, request: c.ChangeIns, by: Actor) -> Outcome[c.ProvenSoFar]:
        """The former matricule is kept: what still comes under it finds the same record."""
        record = self.standing(request.record_id)
        record.require_insi_allowed()
        ins = self.ins_rules.parse(request.ins.value, request.ins.oid)
        traits = request.traits.to_domain() if request.traits else record.traits
        given = NationalIdentity(ins=ins, traits=traits)
        if not self.ask_insi(
            InsiOperation.VERIFY, lambda: self.outside.insi.verify(given), by, record.id
        ):
            raise InsNotConfirmed
        record.change_ins(ins, traits, self.clock.now(), by)
        return _proven(record, *self._newly_held(ins, record, by))

    def _newly_held(self, ins: Ins, record: Record, by: Actor) -> list[InsHolder]:
        """Nothing if this record had it before. Held by another, the two are to be looked at."""
        holder = self.get(self.holder_id(ins), InsHolder)
        if holder is None or holder.holder is None:
            return [self.new_holder(ins, record.id, by)]
        if holder.holder != record.id:
            raise InsAlreadyHeld(fields={"ins": f"is carried by record {holder.holder}"})
        return []


def _proven(record: Record, *others: InsHolder) -> Outcome[c.ProvenSoFar]:
    answer = c.ProvenSoFar(identity_status=record.identity_status)
    return Outcome(answer=answer, save=[record, *others])
