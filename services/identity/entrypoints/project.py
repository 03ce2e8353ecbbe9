"""Publishes the log, and feeds the read models."""

from services.identity.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("identity", projecting)
