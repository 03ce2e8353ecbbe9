"""Does what time does."""

from services.catalogue.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("catalogue", timing)
