"""Publishes the log, and feeds the read models."""

from services.messaging.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("messaging", projecting)
