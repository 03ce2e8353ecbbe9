"""Hears what happens elsewhere."""

from services.notification.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("notification", following)
