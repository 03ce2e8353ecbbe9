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
