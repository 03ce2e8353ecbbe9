"""At the pharmacy: shown or sent, dispensed line by line, given back."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.prescription import contract as c
from services.prescription.application.log import SELF
from services.prescription.application.papers import Papers
from services.prescription.domain import deciding, dispensing
from services.prescription.domain.given import Dispensation
from services.prescription.domain.number import parse, printed
from services.prescription.domain.people import pharmacy, professional
from services.prescription.domain.prescription import Prescription
from services.prescription.domain.refusals import NumberMistyped, NumberRefused, NumberUnknown
from services.prescription.domain.shown import require_shown
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command, unreplayed

Ans = TypeVar("Ans", bound=BaseModel)


class Refused(BaseModel):
    prescription_id: UUID
    reason: str


class Expire(Command):
    prescription_id: UUID
    day: date


class Dispensing(Papers):
    def present(self, request: c.Present, by: Actor) -> c.Presented:
        """Nothing is shown unless its presentation is saved."""
        return self._kept_if_refused(request.number, by, lambda: self.record_showing(request, by))

    def dispense(self, request: c.Dispense, by: Actor) -> c.DispensedNow:
        """All its outcomes or none; the same request again is answered as the first time. Its
        document follows: what has left is not undone because the vault is out of reach."""
        done = self._kept_if_refused(request.number, by, lambda: self.hand_over(request, by))
        self.bring_papers(by)
        return done

    @unreplayed
    def record_showing(self, request: c.Present, by: Actor) -> Outcome[c.Presented]:
        professional(by)
        prescription = self.shown(request.number, by)
        decision = require_shown(self.gate, prescription, by)
        today = self.today()
        deciding.require_open(prescription, today)
        deciding.present(
            prescription,
            pharmacy(by),
            decision.decision_id,
            self.clock.now(),
            self.limits.near,
            by,
        )
        view = c.PrescriptionView.of(
            prescription, printed(prescription.number), today, pharmacy(by)
        )
        return Outcome(
            answer=c.Presented(prescription=view, decision_id=decision.decision_id),
            save=[prescription],
        )

    @command
    def hand_over(self, request: c.Dispense, by: Actor) -> Outcome[c.DispensedNow]:
        who = professional(by)
        prescription = self.shown(request.number, by)
        decision = require_shown(self.gate, prescription, by)
        dispensation_id = self.new_id(request, by, "dispensation")
        dispensation = Dispensation(
            id=str(dispensation_id),
            facility=pharmacy(by),
            professional=who.id,
            day=self.today(),
            given=tuple(outcome.to_domain() for outcome in request.outcomes),
            handwritten=tuple(product.to_domain() for product in request.handwritten),
        )
        dispensing.dispense(
            prescription,
            dispensation,
            profession=who.profession or "",
            latest=self.latest_day(),
            decision_id=decision.decision_id,
            by=by,
        )
        return Outcome(
            answer=c.DispensedNow(
                dispensation_id=dispensation_id,
                state=prescription.state,
                beyond_usual=dispensing.beyond_usual(prescription, dispensation.day),
            ),
            save=[prescription],
            also=[self.receipt(prescription, dispensation, by)] if dispensation.left else [],
        )

    def reverse_dispensation(self, request: c.ReverseDispensation, by: Actor) -> c.Changed:
        """Its document is replaced by one that says so."""
        done = self.give_back(request, by)
        self.bring_papers(by)
        return done

    @command
    def give_back(self, request: c.ReverseDispensation, by: Actor) -> Outcome[c.Changed]:
        professional(by)
        prescription = self.shown(request.number, by)
        decision = require_shown(self.gate, prescription, by)
        dispensing.reverse(
            prescription,
            request.dispensation,
            pharmacy(by),
            request.reason,
            decision.decision_id,
            by,
        )
        reversed_ = prescription.dispensations[str(request.dispensation)]
        return Outcome(
            answer=c.Changed(state=prescription.state),
            save=[prescription],
            also=[self.receipt(prescription, reversed_, by)] if reversed_.left else [],
        )

    @command
    def send_to_pharmacy(self, request: c.SendToPharmacy, by: Actor) -> Outcome[c.Changed]:
        """By the person: the pharmacy may read it from now on, and is told."""
        prescription, decision = self.permitted(request.number, "manage", by)
        self._require_pharmacy(request.facility)
        deciding.send(prescription, request.facility, decision.decision_id, self.today(), by)
        return Outcome(answer=c.Changed(state=prescription.state), save=[prescription])

    def _require_pharmacy(self, structure: str) -> None:
        """Of the directory, and open."""
        found = self.around.facilities.facility(structure)
        if found is None or not found.open or found.sector not in self.around.pharmacies:
            raise InvalidRequest(fields={"facility": "is no open pharmacy of the directory"})

    @command
    def expire(self, request: Expire, by: Actor) -> Outcome[Done]:
        prescription = self.prescription(request.prescription_id)
        if prescription is None:
            return Outcome(answer=Done())
        deciding.expire(prescription, request.day, by)
        return Outcome(answer=Done(), save=[prescription])

    def expire_due(self) -> None:
        """What time closes; a pharmacy is refused from the day itself, swept or not."""
        today = self.today()
        for prescription_id in self.around.listed.due_before(today):
            # The same for one prescription and day, so that two sweeps close it once.
            request_id = derived_id(self.secret, "expiry", str(prescription_id), str(today))
            self.expire(
                Expire(request_id=request_id, prescription_id=prescription_id, day=today), SELF
            )

    def forget_requests(self) -> None:
        """Answers to commands are repeated for 30 days; wrong numbers count for an hour."""
        self.requests.purge(self.clock.now())
        self.guessing.forget(self.clock.now())

    def _kept_if_refused(self, number: str, by: Actor, attempt: Callable[[], Ans]) -> Ans:
        """A number that was used, cancelled, replaced or is no longer valid leaves a trace on
        its prescription; one that is unknown has left its own."""
        try:
            return attempt()
        except (NumberMistyped, NumberUnknown):
            raise
        except NumberRefused as refused:
            self.keep_refusal(
                Refused(prescription_id=self.id_of(parse(number)), reason=refused.code), by
            )
            raise

    @unreplayed
    def keep_refusal(self, request: Refused, by: Actor) -> Outcome[Done]:
        prescription = self.prescription(request.prescription_id)
        if prescription is None:
            return Outcome(answer=Done())
        place = by.principal.id if by.principal.kind is ActorKind.FACILITY else None
        prescription.note(
            Prescription.PresentationRefused,
            by,
            facility=place or by.principal.facility,
            reason=request.reason,
        )
        return Outcome(answer=Done(), save=[prescription])
