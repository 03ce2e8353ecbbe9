"""What is searched when nothing is said of when (DMP, "règles de recherche")."""

from datetime import date

from shared.kernel.actor import Actor, ActorKind

YEARS = 2
VACCINATION_HISTORY = frozenset({"11369-6"})
"""JDV_J07: found whatever its date."""
_PROFESSIONALS = {ActorKind.PROFESSIONAL, ActorKind.FACILITY}


def first_period(by: Actor, today: date) -> str | None:
    """From which day a professional searches who names none; no limit for the person."""
    if by.principal.kind not in _PROFESSIONALS:
        return None
    try:
        return today.replace(year=today.year - YEARS).isoformat()
    except ValueError:  # 29 February
        return date(today.year - YEARS, 2, 28).isoformat()
