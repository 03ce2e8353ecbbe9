"""Reminders: asked for by a person, told by time."""

from contextlib import suppress
from datetime import date
from uuid import UUID

from services.agenda.application.log import SELF, AgendaLog, person_wrote
from services.agenda.contract import reminders as c
from services.agenda.domain.appointment import Appointment
from services.agenda.domain.errors import TooManyToCome
from services.agenda.domain.origin import AGENDA
from services.agenda.domain.reminder import Reminder, ReminderDay
from shared.eventing.kin import served_under
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from shared.kernel.ids import derived_id
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Command, Done, Listing
from shared.stores.event_log import Outcome, command


class ComeDue(Command):
    """No RPC: our own timer asks."""

    reminder_id: UUID


class Reminders(AgendaLog):
    @command
    def add_reminder(self, request: c.AddReminder, by: Actor) -> Outcome[c.ReminderAdded]:
        """At most ten a day, whoever races. One of an appointment that is hidden from
        representatives is hidden as it is: it would tell that it is there."""
        self.require_feed(request.record_id, by)
        if request.due_at <= self.clock.now():
            raise InvalidRequest(fields={"date": "has passed"})
        secret = by.in_secret
        if request.appointment_id:
            secret |= self._seen(request.record_id, request.appointment_id, by).secret
        self._require_room(request.record_id, secret=secret)
        reminder_id = self.new_id(request, by, "reminder")
        day = self._day(request.record_id, request.day.isoformat(), by, secret=secret)
        day.take(reminder_id, by)
        reminder = Reminder.add(
            reminder_id,
            by,
            record_id=request.record_id,
            secret=secret,
            title=request.title,
            comment=request.comment,
            day=request.day.isoformat(),
            due_at=request.due_at,
            appointment=request.appointment_id,
        )
        answer = c.ReminderAdded(reminder_id=reminder_id, due_at=reminder.due_at)
        return Outcome(answer=answer, save=[reminder, day])

    @command
    def remove_reminder(self, request: c.RemoveReminder, by: Actor) -> Outcome[Done]:
        reminder = self.get(request.reminder_id, Reminder)
        if reminder is None or reminder.record_id not in self.together(request.record_id):
            self.refuse_unknown(str(request.reminder_id), "manage", by)
        resource = person_wrote(secret=reminder.secret)
        self.gate.require(request.record_id, "manage", resource, by)
        require_unseen(by, not reminder.secret)
        reminder.remove(by)
        day = self._day(reminder.record_id, reminder.day, by, secret=reminder.secret)
        day.free(reminder.id, by)
        return Outcome(answer=Done(), save=[reminder, day])

    def reminders(self, request: c.Reminders, by: Actor) -> Listing[c.ReminderView]:
        """By instant; those of secret sessions for whoever may know of them."""
        self.gate.require(request.record_id, "read", AGENDA, by)
        secrets = self.sees_secrets(request.record_id, by)
        fitting = [
            one
            for one in self.all_reminders(request.record_id)
            if (secrets or not one.secret)
            and (request.since is None or one.due_at >= request.since)
            and (request.until is None or one.due_at < request.until)
        ]
        orders = [f"{instant(one.due_at)} {one.reminder_id}" for one in fitting]
        start = sum(order <= (request.cursor or "") for order in orders)
        page = fitting[start : start + request.limit]
        more = start + len(page) < len(fitting)
        found = (self.get(one.reminder_id, Reminder) for one in page)
        return Listing[c.ReminderView](
            items=[_view(reminder) for reminder in found if reminder],
            next_cursor=orders[start + len(page) - 1] if more else None,
            total=len(fitting),
        )

    @command
    def _come_due(self, request: ComeDue, by: Actor) -> Outcome[Done]:
        reminder = self.get(request.reminder_id, Reminder)
        if reminder is None:
            raise Forbidden
        plan = self.plan_of(served_under(self, reminder.record_id))
        reminder.come_due(by, heard=plan is None or plan.active)
        return Outcome(answer=Done(), save=[reminder])

    def tell_due_reminders(self) -> None:
        """Each once. One removed or erased meanwhile is left alone."""
        for reminder_id in self.lists.reminders.reminders_due(self.clock.now()):
            request_id = derived_id(self.secret, "due", str(reminder_id))
            with suppress(Conflict, Forbidden):
                self._come_due(ComeDue(request_id=request_id, reminder_id=reminder_id), SELF)

    def _require_room(self, record_id: UUID, *, secret: bool) -> None:
        """Those of secret sessions are counted apart: a refusal must not tell that they are
        there."""
        now = self.clock.now()
        found = self.lists.reminders.reminders_of(record_id)
        if sum(one.due_at > now and one.secret is secret for one in found) >= self.limits.reminders:
            raise TooManyToCome

    def _day(self, record_id: UUID, day: str, by: Actor, *, secret: bool) -> ReminderDay:
        day_id = ReminderDay.id_of(self.secret, record_id, day, secret=secret)
        return self.get(day_id, ReminderDay) or ReminderDay.begin(day_id, record_id, by)

    def _seen(self, record_id: UUID, appointment_id: UUID, by: Actor) -> Appointment:
        appointment = self.get(appointment_id, Appointment)
        if appointment is None or appointment.record_id not in self.together(record_id):
            self.refuse_unknown(str(appointment_id), "read", by)
        self.gate.require(record_id, "read", appointment.attributes(), by)
        return appointment


def _view(reminder: Reminder) -> c.ReminderView:
    return c.ReminderView(
        reminder_id=reminder.id,
        title=reminder.title,
        comment=reminder.comment,
        day=date.fromisoformat(reminder.day),
        due_at=reminder.due_at,
        appointment_id=reminder.appointment,
        told=reminder.told,
    )
