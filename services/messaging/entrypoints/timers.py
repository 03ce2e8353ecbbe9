"""Does what time does: empties the trash, removes files that no message names."""

from services.messaging.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("messaging", timing)
