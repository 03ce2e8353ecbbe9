"""Signs and publishes checkpoints."""

from services.audit.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("audit", timing)
