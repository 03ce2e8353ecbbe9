"""Publishes the log, and feeds the read models."""

from services.directory.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("directory", projecting)
