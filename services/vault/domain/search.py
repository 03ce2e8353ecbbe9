"""What is searched when nothing is said of when (DMP, "règles de recherche")."""

from datetime import date

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.periods import months_after

YEARS = 2
VACCINATION_HISTORY = frozenset({"11369-6"})
"""JDV_J07: found whatever its date."""
_PROFESSIONALS = {ActorKind.PROFESSIONAL, ActorKind.FACILITY}


def first_period(by: Actor, today: date) -> str | None:
    """From which day a professional searches who names none; no limit for the person."""
    if by.principal.kind not in _PROFESSIONALS:
        return None
    return months_after(today, -12 * YEARS).isoformat()
