"""What others hear of an agenda: ids, codes and who acted; never a title, a name or a place."""

from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import Field

from services.agenda.domain.appointment import Appointment, Said
from services.agenda.domain.calendar_import import CalendarImport
from services.agenda.domain.origin import MASKED
from services.agenda.domain.prevention_plan import PreventionPlan
from services.agenda.domain.reminder import Reminder
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are
from shared.kernel.actor import in_secret


class _OfAppointment(MessageData):
    """``source``: person, facility or application, which wrote it. ``occurrence``: of a series.
    ``confidentiality``: so that no reader of the journal is told that it is there from whom it is
    hidden."""

    appointment_id: UUID
    source: str
    occurrence: str | None
    confidentiality: list[str] = Field(default=[])


class AppointmentAdded(_OfAppointment):
    TYPE = "agenda.appointment_added"


class AppointmentChanged(_OfAppointment):
    TYPE = "agenda.appointment_changed"


class AppointmentCancelled(_OfAppointment):
    TYPE = "agenda.appointment_cancelled"


class CalendarImported(MessageData):
    """``counts``: parts by outcome."""

    TYPE = "agenda.calendar_imported"
    form: str
    counts: dict[str, int]


class ReminderAdded(MessageData):
    TYPE = "agenda.reminder_added"
    reminder_id: UUID


class ReminderDue(MessageData):
    TYPE = "agenda.reminder_due"
    reminder_id: UUID


class PreventionDue(MessageData):
    """``items``: of the plan, each told once. Codes that bear on health: what is shown outside of
    the record must not hold them.
    """

    TYPE = "agenda.prevention_due"
    items: list[str]


class PreventionAnswered(MessageData):
    """That something was answered, not what."""

    TYPE = "agenda.prevention_answered"


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def _common(event: Any, *, secret: bool) -> dict[str, Any]:
    """``secret``: of what it is about; a secret session hides what it does with anything."""
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": secret or in_secret(event.by),
    }


def _of_appointment(event: Said) -> dict[str, Any]:
    return _common(event, secret=event.secret) | {
        "appointment_id": event.originator_id,
        "source": event.origin["source"],
        "occurrence": event.slot or None,
        "confidentiality": [MASKED] if event.private else [],
    }


tell_as_they_are(
    message_for,
    _of_appointment,
    {
        Appointment.Added: AppointmentAdded,
        Appointment.Changed: AppointmentChanged,
        Appointment.Cancelled: AppointmentCancelled,
    },
    base=_OfAppointment,
)


@message_for.register
def _(event: CalendarImport.Created) -> MessageData:
    return CalendarImported(
        **_common(event, secret=event.secret), form=event.form, counts=event.counts
    )


@message_for.register
def _(event: Reminder.Created) -> MessageData:
    return ReminderAdded(**_common(event, secret=event.secret), reminder_id=event.originator_id)


@message_for.register
def _(event: Reminder.Due) -> MessageData:
    return ReminderDue(**_common(event, secret=event.secret), reminder_id=event.originator_id)


@message_for.register
def _(event: PreventionPlan.Due) -> MessageData:
    return PreventionDue(**_common(event, secret=False), items=event.items)


@message_for.register
def _(event: PreventionPlan.Answered) -> MessageData:
    return PreventionAnswered(**_common(event, secret=event.secret))
