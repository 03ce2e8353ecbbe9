"""Dates as a person in France reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

FRANCE = ZoneInfo("Europe/Paris")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


def french_day(moment: datetime) -> str:
    """``1er décembre 2026``, in the civil time of France."""
    local = moment.astimezone(FRANCE)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {_MONTHS[local.month - 1]} {local.year}"


def french_time(moment: datetime) -> str:
    """``9 h 05``, in the civil time of France."""
    local = moment.astimezone(FRANCE)
    return f"{local.hour} h {local.minute:02d}"
