"""Does what time does."""

from services.identity.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("identity", timing)
