"""Issuing: a prescription and its document, both or neither.

1. ``begin_issue`` saves the prescription, prepared, and what must go to the vault.
2. The vault takes the document, under a request id made of the prescription's.
3. ``complete`` saves that it is issued; if the vault refused, ``abandon`` that it is not.

Whoever dies in between, the steps left are taken by the issuer's retry (or next issue in that
record), by the vault's message that the document came, or by the sweep that abandons what
provably never reached the vault.
"""

import secrets
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.prescription import contract as c
from services.prescription.application.log import SELF, UNSETTLED, PrescriptionLog
from services.prescription.domain import deciding
from services.prescription.domain.number import draw, printed
from services.prescription.domain.people import pharmacy, professional, specialty
from services.prescription.domain.ports import Content, Head, Names, Printed, Read
from services.prescription.domain.prescription import Prescription, State, attributes
from services.prescription.domain.refusals import NotTaken, NumberUnknown
from services.prescription.domain.terms import Line, accepted
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest, Refusal
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed

CDA = "text/xml"
ISSUED_ALREADY = "issued_already"
"""Why a prescription is abandoned whose document is that of another: its quantities would leave
twice."""


class Begun(Done):
    prescription_id: UUID


class Completing(BaseModel):
    """``confidentiality``: of the document, as the vault has it."""

    prescription_id: UUID
    document_id: UUID
    confidentiality: list[str]


class Abandoning(BaseModel):
    """``begun_at``: only if nobody came back to it since."""

    prescription_id: UUID
    reason: str
    begun_at: datetime | None = None


class Issuing(PrescriptionLog):
    def issue(self, request: c.Issue, by: Actor) -> c.Issued:
        """From a prescriber entitled to each of its lines."""
        self._finish_former(request.record_id, by)
        return self._finished(self.begin_issue(request, by).prescription_id, by)

    def replace(self, request: c.Replace, by: Actor) -> c.Issued:
        """By its prescriber, before anything left: from the first step on nothing leaves on the
        former one."""
        former = self.known(request.number, "manage", by)
        self._finish_former(former.record_id, by)
        return self._finished(self.begin_replacement(request, by).prescription_id, by)

    @command
    def begin_issue(self, request: c.Issue, by: Actor) -> Outcome[Begun]:
        return self._begun(request, request.record_id, None, by)

    @command
    def begin_replacement(self, request: c.Replace, by: Actor) -> Outcome[Begun]:
        former, _ = self.permitted(request.number, "manage", by)
        deciding.require_untouched(former)
        return self._begun(request, former.record_id, former, by)

    @command
    def cancel(self, request: c.Cancel, by: Actor) -> Outcome[c.Changed]:
        prescription, decision = self.permitted(request.number, "manage", by)
        deciding.cancel(prescription, request.reason, decision.decision_id, by)
        return Outcome(answer=c.Changed(state=prescription.state), save=[prescription])

    @unreplayed
    def complete(self, request: Completing, by: Actor) -> Outcome[Done]:
        return self.completed(request, by)

    def completed(self, request: Completing, by: Actor) -> Outcome[Done]:
        """What :meth:`complete` saves; nothing if it was done."""
        prescription = self.prescription(request.prescription_id)
        if prescription is None or prescription.state is not State.PREPARED:
            return Outcome(answer=Done())
        known = self.pending.of_document(request.document_id)
        if known and not self._is_free(known):
            again = Abandoning(prescription_id=prescription.id, reason=ISSUED_ALREADY)
            return self._abandoned(again, prescription, by)
        deciding.change_visibility(prescription, sorted(request.confidentiality), by)
        deciding.issue(prescription, request.document_id, by)
        changed = [prescription]
        if former := self._former(prescription):
            deciding.end_replacement(former, prescription.fed_on_decision, by)
            changed.append(former)
        ended = self.pending.end(
            prescription.id, request.document_id, prescription.record_id, known
        )
        return Outcome(answer=Done(), save=changed, also=[ended])

    def _is_free(self, prescription_id: UUID) -> bool:
        """Its document may be issued again: nothing left on it, and nothing will."""
        found = self.prescription(prescription_id)
        return found is None or found.state is State.CANCELLED

    @unreplayed
    def abandon(self, request: Abandoning, by: Actor) -> Outcome[Done]:
        prescription = self.prescription(request.prescription_id)
        if prescription is not None and prescription.state is not State.PREPARED:
            return Outcome(answer=Done())
        return self._abandoned(request, prescription, by)

    def _abandoned(
        self, request: Abandoning, prescription: Prescription | None, by: Actor
    ) -> Outcome[Done]:
        changed = []
        if prescription:  # of an erased record there is nothing to say
            deciding.abandon(prescription, request.reason, by)
            changed.append(prescription)
            if former := self._former(prescription):
                deciding.give_up_replacement(former, by)
                changed.append(former)
        dropped = self.pending.drop(request.prescription_id, request.begun_at)
        return Outcome(answer=Done(), save=changed, also=[dropped])

    def abandon_stale(self) -> None:
        """Give up issues nobody came back to, once every message of the vault up to then was
        followed: had the document come, its message would have completed them."""
        limit = self.clock.now() - self.limits.abandon_after
        stale = [row for row in self.pending.all() if row.begun_at < limit]
        if not stale:
            return
        if not self._has_followed(self.around.vault.head()):
            return
        for row in stale:
            giving_up = Abandoning(
                prescription_id=row.prescription_id, reason="unfinished", begun_at=row.begun_at
            )
            self.abandon(giving_up, SELF)

    def _has_followed(self, head: Head) -> bool:
        """All that the vault has published by then, in its history of now."""
        reached = self.places.followed("vault")
        if reached is None:
            return head.position == 0
        return reached.epoch == head.epoch and reached.position >= head.position

    def unfinished(self, request: c.Unfinished, by: Actor) -> c.UnfinishedIssues:
        return c.UnfinishedIssues(
            items=[c.UnfinishedIssue(**vars(row)) for row in self.pending.all()],
            receipts=[
                c.UnfinishedReceipt(
                    prescription_id=row.prescription_id,
                    dispensation_id=row.dispensation_id,
                    begun_at=row.begun_at,
                )
                for row in self.receipts.all()
            ],
        )

    def _begun(
        self, request: c.Issue | c.Replace, record_id: UUID, former: Prescription | None, by: Actor
    ) -> Outcome[Begun]:
        who = professional(by)
        codes = sorted({*request.codes, *(former.confidentiality if former else ())} - {"N"})
        codes = codes or ["N"]
        place = pharmacy(by) if by.principal.facility or who is not by.principal else None
        resource = attributes(codes, who.id, place)
        decision = self.gate.require(record_id, "feed", resource, by)
        names = self.around.people.names(record_id, who.id, by)
        lines, written_on = self._written(request, who, names)
        number = draw(secrets.randbelow)
        prescription = Prescription.prepare(
            self.id_of(number),
            lines=lines,
            by=by,
            record_id=record_id,
            confidentiality=codes,
            number=number,
            prescriber=who.id,
            facility=place,
            issued_on=written_on,
            replaces=former.id if former else None,
            decision_id=decision.decision_id,
        )
        content = self._content(request, prescription, names, who)
        slot = self._slot(record_id, by)
        begin = self.pending.begin(prescription.id, record_id, slot, content, self.clock.now())
        if former:
            deciding.begin_replacement(former, prescription.id, by)
        return Outcome(
            answer=Begun(prescription_id=prescription.id),
            save=[prescription, *([former] if former else [])],
            also=[begin],
        )

    def _written(
        self, request: c.Issue | c.Replace, who: Actor, names: Names
    ) -> tuple[list[Line], date]:
        """The lines, and the day of the prescription, from which their terms run (CSP R5132-22):
        that of its document, whenever it is issued."""
        read, today = self._read(request, who), self.today()
        day = read.written_on or today
        if day > (today if read.with_hour else self.latest_day()):
            raise InvalidRequest(fields={"content": "is dated in the future"})
        if request.valid_from and request.valid_from < day:
            raise InvalidRequest(fields={"valid_from": "is before the day of the prescription"})
        lines = [
            accepted(
                line,
                number,
                self.around.kinds,
                profession=who.profession or "",
                issued=day,
                until=request.valid_until,
                born=names.born,
                ends=read.valid_until,
                opens=max(filter(None, (read.valid_from, request.valid_from)), default=None),
            )
            for number, line in enumerate(read.lines, start=1)
        ]
        if all(line.first_by < today for line in lines):
            raise InvalidRequest(fields={"content": "is over: nothing of it may leave any more"})
        if all(line.opens_on and line.opens_on > line.first_by for line in lines):
            field = "valid_from" if request.valid_from else "content"
            raise InvalidRequest(fields={field: "begins once nothing of it may leave any more"})
        return lines, day

    def _read(self, request: c.Issue | c.Replace, who: Actor) -> Read:
        if request.content is None:
            lines = tuple(line.to_domain(request.renewals) for line in request.lines)
            return Read(lines=lines, authors=frozenset({who.id}))
        read = self.around.documents.read(request.data)
        if who.id not in read.authors:
            raise InvalidRequest(fields={"content.author": "is not the prescriber who issues it"})
        lines = tuple(
            line if line.renewals is not None else replace(line, renewals=request.renewals)
            for line in read.lines
        )
        return replace(read, lines=lines)

    def _content(
        self,
        request: c.Issue | c.Replace,
        prescription: Prescription,
        names: Names,
        who: Actor,
    ) -> Content:
        if request.content is not None:
            return Content(data=request.data, media_type=CDA, metadata={})
        return self.around.paper.document(
            Printed(
                number=prescription.number,
                specialty=specialty(who),
                names=names,
                prescriber=prescription.prescriber,
                facility=prescription.facility,
                issued_on=prescription.issued_on,
                lines=prescription.lines,
            )
        )

    def _finish_former(self, record_id: UUID, by: Actor) -> None:
        """What this issuer left half-way in that record, before anything new is begun."""
        left = self.pending.in_slot(self._slot(record_id, by))
        if left is None:
            return
        try:
            self._finished(left, by)
        except UNSETTLED:
            raise
        except Refusal:
            return  # it was abandoned, and whoever repeats that request is told why

    def _finished(self, prescription_id: UUID, by: Actor) -> c.Issued:
        """Take the steps that are left, and answer."""
        prescription = self._of(prescription_id)
        if prescription.state is State.PREPARED:
            self._deposit(prescription, by)
            prescription = self._of(prescription_id)
        if prescription.document_id is None:
            raise NotTaken(fields={"document": prescription.abandoned_for or "unknown"})
        code = self.around.codes.of(prescription.number)
        return c.Issued(
            position=self.head().position,
            prescription_id=prescription.id,
            number=printed(prescription.number),
            qr_svg=code.svg,
            qr_png=to_base64(code.png),
            document_id=prescription.document_id,
        )

    def _deposit(self, prescription: Prescription, by: Actor) -> None:
        content = self.pending.content(prescription.id)
        if content is None or not self.pending.touch(prescription.id, self.clock.now()):
            return  # somebody else has just finished it
        former = self._former(prescription)
        try:
            deposited = self.around.vault.deposit(
                derived_id(self.secret, "deposit", str(prescription.id)),
                prescription.record_id,
                content,
                prescription.confidentiality,
                former.document_id if former else None,
                by,
            )
        except UNSETTLED:
            raise
        except Refusal as refused:
            giving_up = Abandoning(prescription_id=prescription.id, reason=refused.code)
            self.abandon(giving_up, by)
            raise
        done = Completing(
            prescription_id=prescription.id,
            document_id=deposited.document_id,
            confidentiality=list(deposited.confidentiality),
        )
        self.complete(done, by)

    def _of(self, prescription_id: UUID) -> Prescription:
        found = self.prescription(prescription_id)
        if found is None:
            raise NumberUnknown
        return found

    def _former(self, prescription: Prescription) -> Prescription | None:
        return self.prescription(prescription.replaces) if prescription.replaces else None

    def _slot(self, record_id: UUID, by: Actor) -> str:
        who = by.principal
        return self.pending.slot(record_id, {"kind": who.kind.value, "id": who.id})
