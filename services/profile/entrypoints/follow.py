"""Hears what happens elsewhere."""

from services.profile.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("profile", following)
