"""Does what time does: ends consents and delegations, tells of reviews that are overdue."""

from services.access.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("access", timing)
