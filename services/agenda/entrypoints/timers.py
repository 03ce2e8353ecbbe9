"""Does what time does: tells of reminders and of prevention."""

from services.agenda.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("agenda", timing)
