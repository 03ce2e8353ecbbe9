"""Publishes the log, and feeds the read models."""

from services.prescription.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("prescription", projecting)
