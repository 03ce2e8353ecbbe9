"""Does what time does: closes what is over, gives up what nobody came back to."""

from services.prescription.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("prescription", timing)
