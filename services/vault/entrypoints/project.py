"""Publishes the log, and feeds the read models."""

from services.vault.bootstrap import projecting
from shared.eventing.entrypoints import project

SERVICE = project("vault", projecting)
