"""Follows identity, the vault and prescription."""

from services.messaging.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("messaging", following)
