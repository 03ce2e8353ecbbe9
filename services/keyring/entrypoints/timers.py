"""Forgets what is kept for a time only."""

from shared.eventing.entrypoints import timers

from services.keyring.bootstrap import timing

SERVICE = timers("keyring", timing)
