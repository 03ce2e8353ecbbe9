"""What an auditor was asked to look at: which records, until when, with a physician or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor, ActorKind

WHOLE = "all"
"""The scope of a mandate over every record."""


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """``scope``: record ids, or :data:`WHOLE`. ``physician``: whether one is present; without,
    only codes and the facts of decisions are shown, never medical content.
    """

    id: str
    scope: frozenset[str]
    physician: bool

    @classmethod
    def of_claims(cls, claims: Mapping[str, Any]) -> "Mandate":
        """From the claim ``mandate`` of a token; one that names no scope covers nothing."""
        return cls(
            id=str(claims.get("id", "")),
            scope=frozenset(claims.get("scope", ())),
            physician=claims.get("physician_present") is True,
        )

    def covers(self, record: UUID) -> bool:
        return self.covers_all or str(record) in self.scope

    @property
    def covers_all(self) -> bool:
        return WHOLE in self.scope


def mandate_of(actor: Actor) -> Mandate | None:
    """Of an auditor, read from the verified claims; None for anybody else."""
    if actor.kind is not ActorKind.AUDITOR:
        return None
    return Mandate.of_claims(actor.claims.get("mandate") or {})
