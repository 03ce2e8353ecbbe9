"""Publishes audit's own log."""

from services.audit.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("audit", projecting)
