"""Publishes the log."""

from shared.eventing.entrypoints import project

from services.keyring.bootstrap import projecting

SERVICE = project("keyring", projecting)
