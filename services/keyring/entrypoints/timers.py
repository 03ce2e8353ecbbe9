"""Forgets what is kept for a time only."""

from services.keyring.bootstrap import timing
from shared.eventing.entrypoints import timers

SERVICE = timers("keyring", timing)
