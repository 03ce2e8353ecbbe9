"""Use cases of agenda: one public method each, named like its RPC."""

from uuid import UUID

from services.agenda.application.appointments import Appointments
from services.agenda.application.imports import Imports
from services.agenda.application.log import SELF
from services.agenda.application.prevention import Prevention
from services.agenda.application.reading import Reading
from services.agenda.application.reminders import Reminders
from services.agenda.domain.prevention_plan import PreventionPlan
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome


class Agenda(Appointments, Imports, Reading, Reminders, Prevention):
    """The two below are asked for by policies, when a record's life goes on elsewhere."""

    name = "agenda"

    def begin(self, record_id: UUID) -> Outcome[Done]:
        """The record is open: from now on its person is told of what is due."""
        plan = self.plan_of(record_id) or PreventionPlan.begin(self.secret, record_id, SELF)
        plan.resume(SELF)
        return Outcome(answer=Done(), save=[plan])

    def pause(self, record_id: UUID) -> Outcome[Done]:
        """The record is closed or suspended."""
        plan = self.plan_of(record_id) or PreventionPlan.begin(self.secret, record_id, SELF)
        plan.pause(SELF)
        return Outcome(answer=Done(), save=[plan])
