"""Finding a prescription again, showing it, and what was really dispensed."""

from collections.abc import Sequence

from services.prescription import contract as c
from services.prescription.application.log import NOTHING, PrescriptionLog
from services.prescription.domain.number import printed
from services.prescription.domain.people import pharmacy, professional
from services.prescription.domain.ports import Listed
from services.prescription.domain.prescription import Prescription
from services.prescription.domain.shown import require_shown
from shared.crypto.base64_text import to_base64
from shared.eventing.kin import served_together
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Listing


class Reading(PrescriptionLog):
    def show(self, request: c.Show, by: Actor) -> c.Shown:
        """The number and its code, for the person to hold out."""
        prescription = self.prescription(request.prescription_id)
        if prescription is None or prescription.document_id is None:
            nowhere = derived_id(self.secret, "nowhere", str(request.prescription_id))
            self.gate.require(nowhere, "read", NOTHING, by)
            raise Forbidden
        self.gate.require(prescription.record_id, "read", prescription.attributes(), by)
        code = self.around.codes.of(prescription.number)
        return c.Shown(
            number=printed(prescription.number),
            qr_svg=code.svg,
            qr_png=to_base64(code.png),
        )

    def history(self, request: c.History, by: Actor) -> c.Told:
        """Everything, for the person, the prescriber, and whoever the person lets read it; its
        own dispensations for a pharmacy it was shown or sent to."""
        if by.principal.acts_for_person:
            prescription, _ = self.permitted(request.number, "read", by)
            return self._told(prescription, None)
        professional(by)
        prescription = self.shown(request.number, by)
        if self._sees_all(prescription, by):
            return self._told(prescription, None)
        require_shown(self.gate, prescription, by)
        return self._told(prescription, pharmacy(by))

    def prescriptions(self, request: c.Prescriptions, by: Actor) -> Listing[c.PrescriptionView]:
        """Newest first, record by record where some were merged; counted are only those that this
        reader may see."""
        self.gate.require(request.record_id, "read", {"kind": "record"}, by)
        rows = [
            row
            for record_id in served_together(self, request.record_id)
            for row in self.around.listed.of_record(record_id, request.state)
        ]
        permits = self.gate.may_read(request.record_id, [r.attributes for r in rows], by)
        seen = [row for row, permit in zip(rows, permits, strict=True) if permit]
        return self._page(request, seen, None)

    def received(self, request: c.Received, by: Actor) -> Listing[c.PrescriptionView]:
        """What was sent to this pharmacy, each decided on; reading one in full is ``present``."""
        professional(by)
        rows = [r for r in self.around.listed.sent_to(pharmacy(by)) if self._may_have(r, by)]
        return self._page(request, rows, pharmacy(by))

    def _sees_all(self, prescription: Prescription, by: Actor) -> bool:
        record_id, attributes = prescription.record_id, prescription.attributes()
        return any(
            self.gate.decide(record_id, action, attributes, by).permit
            for action in ("manage", "read")
        )

    def _may_have(self, row: Listed, by: Actor) -> bool:
        prescription = self.prescription(row.prescription_id)
        if prescription is None or pharmacy(by) not in prescription.sent_to:
            return False
        try:
            require_shown(self.gate, prescription, by)
        except Forbidden:
            return False
        return True

    def _told(self, prescription: Prescription, facility: str | None) -> c.Told:
        """``facility``: whose dispensations alone."""
        return c.Told(
            prescription=self._view(prescription, facility),
            dispensations=[
                c.DispensationView.of(one)
                for one in prescription.dispensations.values()
                if facility in {None, one.facility}
            ],
            complete=facility is None,
        )

    def _page(
        self,
        request: c.Prescriptions | c.Received,
        rows: Sequence[Listed],
        facility: str | None,
    ) -> Listing[c.PrescriptionView]:
        start = self._after(request.cursor, rows) if request.cursor else 0
        page = rows[start : start + request.limit]
        found = filter(None, (self.prescription(row.prescription_id) for row in page))
        more = start + request.limit < len(rows)
        return Listing[c.PrescriptionView](
            items=[self._view(prescription, facility) for prescription in found],
            next_cursor=str(page[-1].prescription_id) if more else None,
            total=len(rows),
        )

    def _after(self, cursor: str, rows: Sequence[Listed]) -> int:
        ids = [str(row.prescription_id) for row in rows]
        if cursor not in ids:
            raise InvalidRequest(fields={"cursor": "unknown"})
        return ids.index(cursor) + 1

    def _view(self, prescription: Prescription, facility: str | None) -> c.PrescriptionView:
        number = printed(prescription.number)
        return c.PrescriptionView.of(prescription, number, self.today(), facility)
