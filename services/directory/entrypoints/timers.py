"""Does what time does."""

from services.directory.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("directory", timing)
