"""Applies what identity says of records that are one person's."""

from services.vault.bootstrap import following
from shared.eventing.entrypoints import follow

SERVICE = follow("vault", following)
