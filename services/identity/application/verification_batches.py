"""Many INS verified with INSi: asked for by an operator, sent and collected by the timer."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from services.identity.application.insi_calls import InsiCalls
from services.identity.application.log import SELF
from services.identity.contract import proving as c
from services.identity.domain.errors import RecordMoved, UnknownBatch
from services.identity.domain.insi import (
    InsiRefused,
    InsiTimedOut,
    InsiUnreachable,
    LotUnknown,
    NationalIdentity,
)
from services.identity.domain.insi_call import InsiOperation
from services.identity.domain.verification_batch import VerificationBatch, Verified
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class VerificationBatches(InsiCalls):
    @command
    def verify_ins_batch(self, request: c.VerifyInsBatch, by: Actor) -> Outcome[c.BatchAsked]:
        batch_id = self.new_id(request, by, "batch")
        batch = VerificationBatch.ask(batch_id, list(dict.fromkeys(request.record_ids)), by)
        return Outcome(answer=c.BatchAsked(batch_id=batch_id), save=[batch])

    def verification_status(self, request: c.VerificationStatus, _: Actor) -> c.VerificationResults:
        batch = self._batch(request.batch_id)
        return c.VerificationResults(ready=batch.results is not None, results=batch.results or {})

    def advance_verifications(self, pending: Sequence[UUID]) -> None:
        """Send what was not sent, apply what came back; a lot INSi has forgotten is sent again."""
        for batch_id in pending:
            with suppress(InsiTimedOut, InsiUnreachable, InsiRefused):  # traced; comes again
                self._advance(self._batch(batch_id))

    @command
    def note_verification(self, request: c.NoteVerification, by: Actor) -> Outcome[Done]:
        """INSi's answer about a record that is still as it was sent; no RPC, our timer asks."""
        record = self.standing(request.record_id)
        if record.version != request.version:
            raise RecordMoved
        record.note_verification(confirmed=request.confirmed, by=by)
        return Outcome(answer=Done(), save=[record])

    def _advance(self, batch: VerificationBatch) -> None:
        if batch.results is not None:
            return
        if batch.number is None:
            self._send(batch)
            return
        try:
            self._collect(batch, batch.number)
        except LotUnknown:
            self._send(batch)

    def _send(self, batch: VerificationBatch) -> None:
        lot, sent = [], {}
        for record_id in batch.records:
            with suppress(Conflict, Forbidden):
                record = self.standing(record_id)
                lot.append(NationalIdentity(ins=record.ins_to_verify(), traits=record.traits))
                sent[record_id] = record.version
        number = self.ask_insi(InsiOperation.SUBMIT, lambda: self.outside.insi.submit(lot), SELF)
        batch.submitted(number, sent, SELF)
        self.commit(Outcome(answer=Done(), save=[batch]))

    def _collect(self, batch: VerificationBatch, number: str) -> None:
        answers = self.ask_insi(
            InsiOperation.COLLECT, lambda: self.outside.insi.collect(number), SELF
        )
        if answers is None:
            return
        results = dict.fromkeys(batch.records, Verified.SKIPPED)
        for (record_id, version), confirmed in zip(batch.sent.items(), answers, strict=True):
            results[record_id] = self._note(batch.id, record_id, version, confirmed)
        batch.answered(results, SELF)
        self.commit(Outcome(answer=Done(), save=[batch]))

    def _note(self, batch_id: UUID, record_id: UUID, version: int, confirmed: bool) -> Verified:
        request_id = derived_id(self.secret, "verified", str(batch_id), str(record_id))
        try:
            self.note_verification(
                c.NoteVerification(
                    request_id=request_id,
                    record_id=record_id,
                    confirmed=confirmed,
                    version=version,
                ),
                SELF,
            )
        except (Conflict, Forbidden):
            return Verified.MOVED
        return Verified.OK if confirmed else Verified.KO

    def _batch(self, batch_id: UUID) -> VerificationBatch:
        batch = self.get(batch_id, VerificationBatch)
        if batch is None:
            raise UnknownBatch
        return batch
