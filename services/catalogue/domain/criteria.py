"""What a service must have shown before it is referenced (CSP L1111-13-1 III, R1111-37 to 39)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypedDict

from services.catalogue.domain.errors import Incomplete


class Criterion(StrEnum):
    INTEROPERABILITY = "interoperability"
    """CI-SIS, INS, MSSanté."""
    SECURITY = "security"
    """PGSSI-S, certified hosting of health data, penetration test."""
    ETHICS = "ethics"
    DATA_PROTECTION = "data_protection"
    """GDPR."""
    CONTENT_QUALITY = "content_quality"
    """The grid of the HAS."""
    MEDICAL_DEVICE = "medical_device"
    """CE marking; for medical devices alone."""


class Evidence(TypedDict):
    """``reference``: number of the certificate, report or convention; ``checked_on``: ISO date."""

    criterion: str
    reference: str
    checked_on: str


def check_evidence(evidence: Iterable[Evidence], *, medical_device: bool) -> None:
    """Raise :class:`Incomplete` naming each criterion without evidence."""
    shown = {item["criterion"] for item in evidence}
    wanted = set(Criterion) if medical_device else set(Criterion) - {Criterion.MEDICAL_DEVICE}
    if missing := sorted(wanted - shown):
        raise Incomplete(fields={f"evidence.{name}": "is missing" for name in missing})
