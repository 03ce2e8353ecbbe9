"""Hears what happens elsewhere."""

from services.catalogue.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("catalogue", following)
