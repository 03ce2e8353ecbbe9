"""Does what time does."""

from services.profile.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("profile", timing)
