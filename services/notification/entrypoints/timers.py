"""Does what time does."""

from services.notification.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("notification", timing)
