"""Follows the vault: documents that came, documents that were hidden."""

from services.prescription.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("prescription", following)
