"""What can be asked of an agenda."""

from datetime import timedelta

from services.agenda.application.log import AgendaLog
from services.agenda.contract.views import (
    Appointments,
    AppointmentView,
    ExportCalendar,
    ExportedCalendar,
)
from services.agenda.domain.occurrences import Window, in_window, paged
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.rpc.contract import Listing

YEAR = timedelta(days=365)
BOUNDS = "is not between 1901 and 2199"
LONGEST = timedelta(days=3660)


class Reading(AgendaLog):
    def appointments(self, request: Appointments, by: Actor) -> Listing[AppointmentView]:
        """In order; the total counts what this reader may see."""
        seen = in_window(self.visible(request.record_id, by), self._window(request))
        if not request.include_cancelled:
            seen = [occurrence for occurrence in seen if not occurrence.cancelled]
        page = paged(seen, request.limit, request.cursor)
        return Listing[AppointmentView](
            items=[AppointmentView.of(occurrence) for occurrence in page.occurrences],
            next_cursor=page.next_cursor,
            total=page.total,
        )

    def export_calendar(self, request: ExportCalendar, by: Actor) -> ExportedCalendar:
        """Everything this reader may see, cancelled ones too, so that other calendars hear of
        them; reminders that are still to come.
        """
        now = self.clock.now()
        agenda = self.visible(request.record_id, by)
        secrets = self.sees_secrets(request.record_id, by)
        reminders = {
            str(one.reminder_id): one.due_at
            for one in self.all_reminders(request.record_id)
            if one.due_at > now and (secrets or not one.secret)
        }
        from services.agenda.domain.ics.writing import (  # noqa: PLC0415 - icalendar: 3 MB
            write_calendar,
        )

        ordered = sorted(agenda, key=lambda kept: str(kept.appointment_id))
        return ExportedCalendar(ics=write_calendar(ordered, reminders, now))

    def _window(self, request: Appointments) -> Window:
        now = self.clock.now()
        try:
            since = request.since or (request.until or now) - YEAR
            until = request.until or max(now, since) + YEAR
        except OverflowError:  # the calendar itself ends there
            raise InvalidRequest(fields={"from": BOUNDS}) from None
        if not timedelta() < until - since <= LONGEST:
            raise InvalidRequest(fields={"to": f"is after from, by {LONGEST.days} days at most"})
        if not 1900 < since.year <= until.year < 2200:
            raise InvalidRequest(fields={"from": BOUNDS})
        return Window(since=since, until=until)
