"""Publishes the log, and feeds the read models."""

from services.agenda.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("agenda", projecting)
