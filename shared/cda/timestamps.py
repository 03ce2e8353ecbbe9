"""HL7 v3 points in time (TS), which may stop at any precision.

``YYYY[MM[DD[HH[MM[SS[.U...]]]]]][+-ZZ[ZZ]]``, HL7 v3 data types R1. Read as ``YYYY``,
``YYYY-MM``, ``YYYY-MM-DD`` or, from the hour on, an RFC 3339 instant in UTC. Without an offset
the hour is that of metropolitan France (CI-SIS, "Volet structuration minimale").
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from shared.kernel.clock import instant

LOCAL = ZoneInfo("Europe/Paris")

_FORM = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})(?:(?P<hour>\d{2})"
    r"(?:(?P<minute>\d{2})(?:(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6})\d*)?)?)?)?)?)?"
    r"(?P<offset>[+-]\d{2}(?:\d{2})?)?",
    re.ASCII,
)


def read_timestamp(value: str) -> str:
    """The ISO form, as precise as what was given. Raises :class:`ValueError`, also for an instant
    so near to year 1 or 9999 that another zone has no date for it."""
    found = _FORM.fullmatch(value.strip())
    if found is None:
        raise ValueError("not an HL7 timestamp")
    part = found.groupdict()
    moment = datetime(
        int(part["year"]),
        int(part["month"] or 1),
        int(part["day"] or 1),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        # A leap second has no place of its own in a Python instant.
        59 if part["second"] == "60" else int(part["second"] or 0),
        int((part["fraction"] or "0").ljust(6, "0")),
        tzinfo=_zone(part["offset"]),
    )
    try:
        moment.astimezone(UTC).astimezone(LOCAL)
    except OverflowError:
        raise ValueError("not on the calendar of UTC, or of France") from None
    if part["hour"] is None:
        return "-".join(part[name] for name in ("year", "month", "day") if part[name])
    return instant(moment)


def _zone(offset: str | None) -> tzinfo:
    if offset is None:
        return LOCAL
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:] or 0))
    return timezone(ahead if offset[0] == "+" else -ahead)


def civil_date(iso: str) -> str:
    """The day (or month, or year) in metropolitan France of what :func:`read_timestamp` wrote."""
    if "T" not in iso:
        return iso
    return datetime.fromisoformat(iso).astimezone(LOCAL).date().isoformat()


def civil_day(value: str) -> date:
    """The day in metropolitan France of a point in time. Raises :class:`ValueError`, also for one
    that is less precise."""
    return date.fromisoformat(civil_date(read_timestamp(value)))
