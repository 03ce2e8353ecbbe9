"""What a person had decided in the DMP they had before (CSP R1111-40)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.access.domain.grants import Block, Consent, Means, Switches
from shared.kernel.clock import parse_instant

REASON = "bloqué dans l’ancien DMP"
COLLECTED_BY = "legacy_dmp"


@dataclass(frozen=True)
class Legacy:
    """``blocks``: by professional. ``switches``: ``None`` if the former DMP had none."""

    consents: list[Consent]
    blocks: dict[str, Block]
    switches: Switches | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Legacy":
        """From a message of identity."""
        return cls(
            [_consent(given) for given in data["consents"]],
            {given["professional"]: _block(given) for given in data["blocks"]},
            data["switches"],
        )


def _consent(given: Mapping[str, Any]) -> Consent:
    return Consent(
        grantee=given["grantee"],
        is_facility=given["is_facility"],
        collected_by=COLLECTED_BY,
        means=Means.ELECTRONIC.value,
        declared_at=parse_instant(given["declared_at"]),
        valid_until=parse_instant(given["valid_until"]),
        secret=False,
    )


def _block(given: Mapping[str, Any]) -> Block:
    return Block(
        reason=REASON,
        by_person=True,
        blocked_at=parse_instant(given["blocked_at"]),
        secret=False,
    )
