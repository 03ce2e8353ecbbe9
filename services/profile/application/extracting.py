"""Measures out of biology documents, with the person's consent to that alone."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.profile.application.measures import MeasureTaking
from services.profile.contract import extraction as x
from services.profile.domain.batch import Batch, MeasureFact
from services.profile.domain.errors import NotConsented, NotSecret
from services.profile.domain.extraction import Extraction
from services.profile.domain.measuring import Said
from services.profile.domain.ports import Report
from services.profile.domain.visibility import require_secret_enough
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command
from shared.stores.guard import Sql, Step

SELF = Actor(kind=ActorKind.SERVICE, id="profile")
RECORD = {"kind": "record"}


class Extracting(MeasureTaking):
    @command
    def set_extraction(self, request: x.SetExtraction, by: Actor) -> Outcome[Done]:
        """Taken back, nothing more is extracted; what was stays, for the person to remove."""
        if by.principal.secret:
            raise NotSecret
        decision = self.gate.require(request.record_id, "manage", RECORD, by)
        allowed, decision_id = request.allowed, decision.decision_id
        known = self._extraction(request.record_id)
        if known is None:
            known = Extraction.decide(
                self.secret, request.record_id, by, allowed=allowed, decision_id=decision_id
            )
        else:
            known.decide_again(by, allowed=allowed, decision_id=decision_id)
        return Outcome(answer=Done(), save=[known] if known.pending_events else [])

    def extraction(self, request: x.AskExtraction, by: Actor) -> x.ExtractionState:
        self.gate.require(request.record_id, "read", RECORD, by)
        return x.ExtractionState(allowed=self._is_allowed(request.record_id))

    @command
    def extract_measures(
        self, request: x.ExtractMeasures, by: Actor
    ) -> Outcome[x.MeasuresExtracted]:
        """The vault opens the document in the caller's name. Twice is once."""
        self.gate.require(request.record_id, "feed", {"kind": "measure"}, by)
        if not self._is_allowed(request.record_id):
            raise NotConsented
        report = self.parts.papers.report(request.document_id, self.together(request.record_id), by)
        require_secret_enough(report.confidentiality, by)
        if report.replaced:
            raise InvalidRequest(fields={"document_id": "was replaced by a newer version"})
        saids = self.parts.reports.results(report.content)
        if not saids:
            raise InvalidRequest(fields={"document_id": "holds no structured result known here"})
        return self._keep(request, report, saids, by)

    def follow_document(self, document_id: UUID, codes: list[str]) -> Outcome[Done]:
        """What a document gave is hidden from whom it is; asked by a policy, which saves it."""
        changed = self._extracted(document_id)
        for batch in changed:
            batch.set_visibility(codes, SELF)
        return Outcome(answer=Done(), save=[batch for batch in changed if batch.pending_events])

    def withdraw_document(self, document_id: UUID) -> Outcome[Done]:
        """What a document that is gone gave counts no more; asked by a policy, which saves it."""
        return Outcome(answer=Done(), save=self._withdrawn(document_id))

    def _withdrawn(self, document_id: UUID, but: Collection[str] = ()) -> list[Batch]:
        """What it gave before, and by ``but`` gives no more: an older reader took it wrongly."""
        changed = self._extracted(document_id)
        for batch in changed:
            batch.withdraw(SELF, but)
        return [batch for batch in changed if batch.pending_events]

    def _extracted(self, document_id: UUID) -> list[Batch]:
        with self.guarded.reading() as sql:
            rows = sql("SELECT batch FROM profile_extracted WHERE document = ?", str(document_id))
        return [batch for row in rows if (batch := self._existing(UUID(row[0])))]

    def _keep(
        self, request: x.ExtractMeasures, report: Report, saids: Sequence[Said], by: Actor
    ) -> Outcome[x.MeasuresExtracted]:
        """In the record that the document is of."""
        now, document = self.clock.now(), str(request.document_id)
        named = [self._named(said, document) for said in saids]
        pairs = self._kept(named, document, now)
        facts = [fact for _, fact in pairs]
        codes = sorted(report.confidentiality)
        decisions = self._decisions(report.record_id, facts, codes, by)
        lot, taken = self._lot(report.record_id, request, pairs, by)
        answer = x.MeasuresExtracted(
            items=[
                x.Extracted.from_document(one, fact["kind"])
                for one, fact in zip(taken, facts, strict=True)
            ]
        )
        former = self._withdrawn(request.document_id, but=[str(one.measure_id) for one in taken])
        if not lot.facts:
            return Outcome(answer=answer, save=former)
        batch, remember = self._batch(report.record_id, request, lot, codes, decisions, by)
        index = _index(document, batch, report.record_id)
        return Outcome(answer=answer, save=[batch, *former], also=[remember, index])

    def _kept(
        self, saids: Sequence[Said], document: str, now: datetime
    ) -> list[tuple[Said, MeasureFact]]:
        """Without those that no living person has. Raises :class:`InvalidRequest` if none is
        left."""
        pairs: list[tuple[Said, MeasureFact]] = []
        refusals = []
        for said in saids:
            try:
                fact: MeasureFact = {**self.parts.measuring.kept(said, now), "document": document}
                pairs.append((said, fact))
            except InvalidRequest as refusal:
                refusals.append(refusal)
        if not pairs:
            raise refusals[0]
        return pairs

    def _named(self, said: Said, document: str) -> Said:
        """By what it is a result of, so that whoever extracts it again brings nothing new. One that
        was once taken for final is another."""
        unfinished = " preliminary" if said.preliminary else ""
        return replace(said, source_id=f"document {document} {instant(said.at)}{unfinished}")

    def _is_allowed(self, record_id: UUID) -> bool:
        known = self._extraction(record_id)
        return known is not None and known.allowed

    def _extraction(self, record_id: UUID) -> Extraction | None:
        try:
            return self.get(Extraction.id_of(self.secret, record_id), Extraction)
        except KeyErased:
            return None


def _index(document: str, batch: Batch, record_id: UUID) -> Step:
    def write(sql: Sql, _position: int) -> None:
        sql(
            "INSERT INTO profile_extracted VALUES (?, ?, ?)",
            document, str(batch.id), str(record_id),
        )  # fmt: skip

    return write
