"""Publishes the log, and feeds the read models."""

from services.access.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("access", projecting)
