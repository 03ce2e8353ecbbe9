"""Publishes the log, and feeds the read models."""

from services.catalogue.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("catalogue", projecting)
