"""Publishes the log, and feeds the read models."""

from services.profile.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("profile", projecting)
