"""Applies what identity says of records, and the catalogue of connected services."""

from services.access.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("access", following)
