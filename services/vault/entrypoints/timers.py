"""Does what time does: removes stored contents that no event names."""

from services.vault.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("vault", timing)
