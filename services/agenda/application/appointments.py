"""What a person does with their appointments."""

from uuid import UUID

from services.agenda.application.log import AgendaLog, kept_of
from services.agenda.contract.appointments import (
    AddAppointment,
    AppointmentAdded,
    CancelAppointment,
    ChangeAppointment,
)
from services.agenda.domain.appointment import Appointment
from services.agenda.domain.errors import AlreadyCancelled, TooManyAppointments
from services.agenda.domain.facts import Facts
from services.agenda.domain.occurrences import Occurrence, occurrence_named
from services.agenda.domain.slot import WHOLE, Place, Revision, Slot
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Appointments(AgendaLog):
    @command
    def add_appointment(self, request: AddAppointment, by: Actor) -> Outcome[AppointmentAdded]:
        self.require_feed(request.record_id, by)
        if self.lists.appointments.count_of(request.record_id) >= self.limits.appointments:
            raise TooManyAppointments
        appointment_id = self.new_id(request, by, "appointment")
        appointment = Appointment.begin(
            appointment_id, request.record_id, uid=None, secret=by.in_secret, by=by
        )
        place = Place.of(0, self.clock.now())
        appointment.hear(Revision(slot=WHOLE, place=place, facts=request.facts()), by)
        return Outcome(answer=AppointmentAdded(appointment_id=appointment_id), save=[appointment])

    @command
    def change_appointment(self, request: ChangeAppointment, by: Actor) -> Outcome[Done]:
        """The whole, or one occurrence of a series. A series is moved where it comes from: what
        was said of its occurrences is said of their days.
        """
        appointment = self._own(request.record_id, request.appointment_id, by)
        now = self._named(appointment, request.occurrence)
        if now.cancelled:
            raise AlreadyCancelled
        facts = request.facts(now.facts)
        if facts.series and facts.when != now.facts.when:
            raise InvalidRequest(fields={"occurrence": "name the one to be moved"})
        self._say(appointment, now.slot, facts, by, chosen=request.chosen)
        if now.slot == WHOLE and request.chosen is not None:
            appointment.forget_choices(by)
        return Outcome(answer=Done(), save=[appointment])

    @command
    def cancel_appointment(self, request: CancelAppointment, by: Actor) -> Outcome[Done]:
        """Cancelling twice is cancelling once."""
        appointment = self._own(request.record_id, request.appointment_id, by)
        now = self._named(appointment, request.occurrence)
        if not now.cancelled:
            self._say(appointment, now.slot, None, by)
        return Outcome(answer=Done(), save=[appointment])

    def _own(self, record_id: UUID, appointment_id: UUID, by: Actor) -> Appointment:
        """One of this record that this person may change."""
        appointment = self.get(appointment_id, Appointment)
        if appointment is None or appointment.record_id not in self.together(record_id):
            self.refuse_unknown(str(appointment_id), "manage", by)
        self.gate.require(record_id, "manage", appointment.attributes(), by)
        appointment.require_person_may_write()
        require_unseen(by, not appointment.secret)
        return appointment

    def _named(self, appointment: Appointment, occurrence: str | None) -> Occurrence:
        kept, whole = kept_of(appointment), appointment.slots.get(WHOLE, Slot())
        if occurrence:
            if found := occurrence_named(kept, occurrence):
                return found
            raise InvalidRequest(fields={"occurrence": "is none of this appointment"})
        if whole.facts is None:
            raise InvalidRequest(fields={"occurrence": "is missing"})
        return Occurrence(kept=kept, slot=WHOLE, facts=whole.facts, cancelled=whole.cancelled)

    def _say(
        self,
        appointment: Appointment,
        slot: str,
        facts: Facts | None,
        by: Actor,
        *,
        chosen: bool | None = None,
    ) -> None:
        """Above what is known of the occurrence and of its series; ``None`` cancels."""
        now = self.clock.now()
        said = (appointment.slots.get(name, Slot()) for name in {slot, WHOLE})
        place = max(one.next_place(now) for one in said)
        revision = Revision(
            slot=slot, place=place, facts=facts, cancels=facts is None, chosen=chosen
        )
        appointment.hear(revision, by)
