"""Does what time does: forgets answers that are no longer repeated."""

from services.access.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("access", timing)
