"""Applies what identity says of records."""

from services.access.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("access", following)
