"""Writes the journal from what the services tell."""

from services.audit.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("audit", following)
