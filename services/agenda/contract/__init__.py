"""What agenda answers to, and to whom.

Every right to see or to change is ``access``'s to decide; the callers listed here are those who
may ask.
"""

from typing import Any

from services.agenda.contract.appointments import (
    AddAppointment,
    AppointmentAdded,
    CancelAppointment,
    ChangeAppointment,
)
from services.agenda.contract.imports import ImportAppointments, ImportCalendar, Imported
from services.agenda.contract.prevention import AnswerPrevention, AskPlan, OptOut, Plan
from services.agenda.contract.reminders import (
    AddReminder,
    ReminderAdded,
    Reminders,
    ReminderView,
    RemoveReminder,
)
from services.agenda.contract.views import (
    Appointments,
    AppointmentView,
    ExportCalendar,
    ExportedCalendar,
)
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Contract, Done, Listing, Method

PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
READERS = PERSON | {ActorKind.PROFESSIONAL}
SOFTWARE = frozenset({ActorKind.FACILITY, ActorKind.APPLICATION})


def of_the_record(request: Any, actor: Actor) -> bool:
    """An application's token is for one record; a facility's for whoever it cares for."""
    if actor.kind is ActorKind.APPLICATION:
        return actor.record_id is not None and actor.record_id == request.record_id
    return True


CONTRACT = Contract(
    "agenda",
    (
        Method(
            name="add_appointment", request=AddAppointment, answer=AppointmentAdded, callers=PERSON
        ),
        Method(name="change_appointment", request=ChangeAppointment, answer=Done, callers=PERSON),
        Method(name="cancel_appointment", request=CancelAppointment, answer=Done, callers=PERSON),
        Method(name="import_calendar", request=ImportCalendar, answer=Imported, callers=PERSON),
        Method(
            name="import_appointments",
            request=ImportAppointments,
            answer=Imported,
            callers=SOFTWARE,
            condition=of_the_record,
        ),
        Method(
            name="appointments",
            request=Appointments,
            answer=Listing[AppointmentView],
            callers=READERS,
        ),
        Method(
            name="export_calendar", request=ExportCalendar, answer=ExportedCalendar, callers=PERSON
        ),
        Method(name="add_reminder", request=AddReminder, answer=ReminderAdded, callers=PERSON),
        Method(name="remove_reminder", request=RemoveReminder, answer=Done, callers=PERSON),
        Method(name="reminders", request=Reminders, answer=Listing[ReminderView], callers=PERSON),
        Method(name="prevention_plan", request=AskPlan, answer=Plan, callers=READERS),
        Method(name="answer_prevention", request=AnswerPrevention, answer=Done, callers=PERSON),
        Method(name="opt_out", request=OptOut, answer=Done, callers=PERSON),
    ),
)
