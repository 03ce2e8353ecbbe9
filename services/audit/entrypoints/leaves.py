"""Appends every service's leaves to the transparency log."""

from services.audit.bootstrap import following_leaves
from shared.eventing.entrypoints import follow_leaves

SERVICE = follow_leaves("audit", following_leaves)
