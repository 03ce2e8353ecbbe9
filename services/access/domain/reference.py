"""What the operator chooses, and the value sets that rules and sentences look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.access.domain.matrix import Cell


@dataclass(frozen=True, kw_only=True)
class AccessSettings:
    """``CARNET_ACCESS_*``."""

    consent_hours: float = 24.0
    """A consent without an end: one consultation (CSP R1111-46)."""
    emergency_hours: float = 4.0
    """Life of an emergency session; not in the texts found, so a choice of the operator."""
    block_beats_break_glass: bool = True
    """Not confirmed by a text: a blocked professional may not break the glass either."""
    review_days: float = 7.0
    """Time to review a broken glass; then it is overdue. In no text found."""
    caregivers: bool = False
    """Whether people may have caregivers: not in force (under study in January 2026)."""
    caregiving_days: float = 365.0
    """How long a caregiver acts, unless ended; low confidence, as seen in an application."""
    invitation_days: float = 30.0
    """Life of an invitation; in no text found."""
    invisible_and_masked: bool = False
    """Whether a document may be hidden from the person and masked to professionals at once
    (system parameter ``cumul-invisible_patient-masque_ps`` of the DMP)."""
    paramedics_need_authorisation: bool = False
    """Whether paramedical professions feed only with an authorisation."""
    qualified_identity_to_feed: bool = True
    """Whether documents are fed only to a record whose identity is qualified (RNIV)."""
    sweep_seconds: float = 60.0
    """Between two looks for what has ended or is overdue."""
    audit_lag_max: float = 60.0
    """Seconds an event may stay out of the transparency log before documents are no longer
    read in normal mode; 0 for ever."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Value sets: document type to class, profession code to label, and the first matrix."""

    classes: Mapping[str, str]
    professions: Mapping[str, str]
    matrix_name: str
    cells: Sequence[Cell]
