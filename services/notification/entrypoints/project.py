"""Publishes the log, and feeds the read models."""

from services.notification.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("notification", projecting)
