"""Publishes the log; access has no read model to feed."""

from services.access.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("access", projecting)
