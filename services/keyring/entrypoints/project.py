"""Publishes the log."""

from services.keyring.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("keyring", projecting)
