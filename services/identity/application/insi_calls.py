"""Asking INSi; every call is traced, whatever comes of it."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from services.identity.application.log import IdentityLog
from services.identity.contract import proving as c
from services.identity.contract.parts import IdentityTraits
from services.identity.domain.insi import InsiAnswer, LotUnknown, NationalIdentity
from services.identity.domain.insi_call import InsiCall, InsiOperation
from shared.kernel.actor import Actor
from shared.kernel.errors import Refusal
from shared.rpc.contract import Done, InsNumber
from shared.stores.event_log import Outcome, command

Got = TypeVar("Got")


class InsiCalls(IdentityLog):
    def retrieve_ins_by_card(self, request: c.RetrieveInsByCard, by: Actor) -> c.InsRetrieved:
        """The preferred way. What comes back is told to who asked, and kept nowhere."""
        self.count_asking(by)
        reading = request.to_domain()
        return _retrieved(
            self.ask_insi(InsiOperation.BY_CARD, lambda: self.outside.insi.by_card(reading), by)
        )

    def retrieve_ins(self, request: c.RetrieveIns, by: Actor) -> c.InsRetrieved:
        self.count_asking(by)
        sought = request.traits.to_domain()
        return _retrieved(
            self.ask_insi(InsiOperation.BY_TRAITS, lambda: self.outside.insi.by_traits(sought), by)
        )

    @command
    def verify_ins(self, request: c.VerifyIns, by: Actor) -> Outcome[c.InsVerified]:
        """RNIV: a refusal takes back the qualification."""
        record = self.standing(request.record_id)
        identity = NationalIdentity(ins=record.ins_to_verify(), traits=record.traits)
        confirmed = self.ask_insi(
            InsiOperation.VERIFY, lambda: self.outside.insi.verify(identity), by, record.id
        )
        record.note_verification(confirmed=confirmed, by=by)
        answer = c.InsVerified(
            result="OK" if confirmed else "KO", identity_status=record.identity_status
        )
        return Outcome(answer=answer, save=[record])

    def ask_insi(
        self,
        operation: InsiOperation,
        call: Callable[[], Got],
        by: Actor,
        record_id: UUID | None = None,
    ) -> Got:
        """The trace is saved before anything is done with the answer."""
        try:
            answer = call()
        except Refusal as refusal:
            self._trace(operation, refusal.code, by, record_id)
            raise
        except LotUnknown:
            self._trace(operation, "lot_unknown", by, record_id)
            raise
        if answer is not None:  # a lot that is not ready is asked for again and again
            self._trace(operation, _outcome(answer), by, record_id)
        return answer

    def _trace(
        self, operation: InsiOperation, outcome: str, by: Actor, record_id: UUID | None
    ) -> None:
        trace = InsiCall(
            record_id=record_id, operation=operation.value, outcome=outcome, by=by.to_event()
        )
        self.commit(Outcome(answer=Done(), save=[trace]))


def _outcome(answer: object) -> str:
    match answer:
        case InsiAnswer():
            return answer.code.value
        case bool():
            return "OK" if answer else "KO"
    return "taken"


def _retrieved(answer: InsiAnswer) -> c.InsRetrieved:
    found = answer.identity
    if found is None:
        return c.InsRetrieved(code=answer.code)
    return c.InsRetrieved(
        code=answer.code,
        traits=IdentityTraits.of(found.traits),
        ins=InsNumber(value=found.ins.value, oid=found.ins.oid),
    )
