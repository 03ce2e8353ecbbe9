"""The document of each dispensation reaches the vault; what has left is never undone for it.

1. The dispensation is saved, and beside it, sealed, the document to be kept. 2. The vault takes
it, named by the dispensation, so that twice is once whoever brings it. 3. That it has it is saved.

Whoever dies in between, the steps left are taken by the next call of that pharmacy: the vault
takes documents from those who care, so it must be in the name of one of them.
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.prescription.application.log import UNSETTLED, PrescriptionLog
from services.prescription.application.receipts import Row
from services.prescription.domain.given import Dispensation
from services.prescription.domain.people import pharmacy, professional, specialty
from services.prescription.domain.ports import HandedOver
from services.prescription.domain.prescription import Prescription
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Refusal, Unavailable
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, unreplayed
from shared.stores.guard import Step

AT_ONCE = 5
"""Documents that one call brings to the vault, at most."""


class Kept(BaseModel):
    """``document_id``: none when the vault refused, with ``reason``."""

    row: str
    prescription_id: UUID
    dispensation_id: UUID
    document_id: UUID | None = None
    reason: str = ""


class Papers(PrescriptionLog):
    def receipt(self, prescription: Prescription, one: Dispensation, by: Actor) -> Step:
        """Written with the event that it documents."""
        who = professional(by)
        found = self.around.facilities.facility(one.facility)
        handed = HandedOver(
            prescription_id=prescription.id,
            lines={line.number: line for line in prescription.lines},
            dispensation=one,
            at=self.clock.now(),
            names=self.around.people.names(prescription.record_id, who.id, by),
            specialty=specialty(who),
            place=found.name if found else one.facility,
        )
        row = Row(
            prescription_id=prescription.id,
            dispensation_id=UUID(one.id),
            reversal=one.reversed_for is not None,
            begun_at=self.clock.now(),
        )
        content = self.around.receipts.document(handed)
        return self.receipts.begin(row, prescription.record_id, pharmacy(by), content)

    def bring_papers(self, by: Actor) -> None:
        """What this pharmacy dispensed and the vault does not have yet; what cannot be brought
        now is brought by a later call. The vault may refuse one record alone: of that prescription
        nothing comes before its turn, of others it does."""
        waits: set[UUID] = set()
        for row in self.receipts.of_place(pharmacy(by), AT_ONCE):
            if row.prescription_id in waits:
                continue
            try:
                self._bring(row, by)
            except Unavailable:
                waits.add(row.prescription_id)
            except (*UNSETTLED, Conflict):  # or others of that pharmacy are at it
                return

    def _bring(self, row: Row, by: Actor) -> None:
        kept: dict[str, Any] = {
            "row": row.id,
            "prescription_id": row.prescription_id,
            "dispensation_id": row.dispensation_id,
        }
        prescription = self.prescription(row.prescription_id)
        try:
            content = self.receipts.content(row.id)
        except KeyErased:
            content = None
        if prescription is None or content is None:
            self.keep_paper(Kept(**kept, reason="erased"), by)
            return
        try:
            deposited = self.around.vault.deposit(
                self._request_of(row, prescription),
                prescription.record_id,
                content,
                prescription.confidentiality,
                _former(prescription, row),
                by,
            )
        except UNSETTLED:
            raise
        except Refusal as refused:
            if isinstance(refused, Conflict) and not refused.fields:
                raise  # others changed the same things: the vault has said nothing of this one
            self.keep_paper(Kept(**kept, reason=refused.code), by)
        else:
            self.keep_paper(Kept(**kept, document_id=deposited.document_id), by)

    def _request_of(self, row: Row, prescription: Prescription) -> UUID:
        """The same for what is asked in the same words: hidden from others meanwhile it is another
        request, which the vault answers with the document it has."""
        return derived_id(self.secret, "receipt", row.id, *prescription.confidentiality)

    @unreplayed
    def keep_paper(self, request: Kept, by: Actor) -> Outcome[Done]:
        """Nothing if another call of that pharmacy was faster."""
        if not self.receipts.is_waiting(request.row):
            return Outcome(answer=Done())
        prescription = self.prescription(request.prescription_id)
        changed = []
        if prescription is not None:  # of an erased record there is nothing to say
            self._note(prescription, request, by)
            changed.append(prescription)
        return Outcome(answer=Done(), save=changed, also=[self.receipts.end(request.row)])

    def _note(self, prescription: Prescription, kept: Kept, by: Actor) -> None:
        if kept.document_id:
            prescription.note(
                Prescription.DispensationDocumented,
                by,
                dispensation_id=kept.dispensation_id,
                document_id=kept.document_id,
            )
        else:
            prescription.note(
                Prescription.DispensationUndocumented,
                by,
                dispensation_id=kept.dispensation_id,
                reason=kept.reason,
            )


def _former(prescription: Prescription, row: Row) -> UUID | None:
    """What the document of a reversal takes the place of, if the vault has it."""
    one = prescription.dispensations[str(row.dispensation_id)]
    return one.document_id if row.reversal else None
