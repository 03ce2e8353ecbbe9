"""Whom audit listens to. It does nothing about what it hears but write it down."""

from collections.abc import Mapping

from shared.eventing.following import Policy

POLICIES: Mapping[str, Policy] = {}
FOLLOWS = (
    *("access", "agenda", "audit", "catalogue", "directory", "identity", "keyring"),
    *("messaging", "notification", "prescription", "profile", "vault"),
)
"""Itself too: who read a journal is a line of that journal, and a leaf of the log."""
