"""Hears what happens elsewhere."""

from services.agenda.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("agenda", following)
