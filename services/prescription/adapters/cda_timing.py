"""When a coded treatment is to be taken, in French (HL7 v3 data types R1: TS, IVL_TS, PIVL_TS,
EIVL_TS, SXPR_TS)."""

import re
from datetime import date, datetime

from services.prescription.adapters.cda_values import TIMES, number, quantity
from services.prescription.adapters.tables import read_words
from shared.cda.timestamps import LOCAL, civil_date, read_timestamp
from shared.cda.tree import Element, attribute, child, children

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
DAY_HOURS = 24
_EVENTS = read_words("events")


def timing(element: Element) -> str | None:
    """``None`` for what is not understood. Without a type: by what it holds."""
    kind = element.get(TYPE, "").rpartition(":")[2]
    if kind == "SXPR_TS":
        parts = [timing(one) for one in children(element, "comp")]
        return ", ".join(filter(None, parts)) if parts and all(parts) else None
    if kind == "PIVL_TS":
        return _every(element)
    if kind == "EIVL_TS":
        return _at_event(element)
    return _span(element) if kind in {"", "TS", "IVL_TS"} else None


def _span(element: Element) -> str | None:
    if element.get("value"):
        day = _day(element.get("value"))
        return day and f"le {day}"
    low, high = (_day(attribute(element, side, "value")) for side in ("low", "high"))
    length = quantity(child(element, "width"))
    if low and high:
        return f"du {low} au {high}"
    told = [f"à partir du {low}" if low else None, f"pendant {length}" if length else None,
            f"jusqu’au {high}" if high else None]  # fmt: skip
    return " ".join(filter(None, told)) or None


def _every(element: Element) -> str | None:
    """``institutionSpecified``: so many times a day, at hours that are left to those who give it.
    ``phase``: from when on, or at which hour of the day."""
    period, phase = child(element, "period"), child(element, "phase")
    if period is None:
        return None
    value, unit = period.get("value", "").strip(), period.get("unit", "").strip()
    count = number(value)
    if count is None or unit not in TIMES:
        return None
    one, many, every = TIMES[unit]
    in_hours = int(value) if unit == "h" and re.fullmatch("[0-9]{1,2}", value) else 0
    is_left_open = element.get("institutionSpecified") in {"true", "1"}
    if is_left_open and in_hours and DAY_HOURS % in_hours == 0:
        return f"{DAY_HOURS // in_hours} fois par jour"
    told = f"chaque {one}" if count == "1" else f"{every} les {count} {many}"
    if phase is None:
        return told
    hour = _hour(phase) if unit == "d" else None
    return hour and f"{told} à {hour}"


def _at_event(element: Element) -> str | None:
    event = _EVENTS.get(attribute(element, "event", "code") or "")
    offset = child(element, "offset")
    if event is None or offset is None:
        return event
    lag = quantity(child(offset, "low")) or quantity(child(offset, "width")) or quantity(offset)
    return lag and f"{event} (décalage : {lag})"


def _hour(phase: Element) -> str | None:
    """At which it begins, in metropolitan France."""
    try:
        begins = read_timestamp(attribute(phase, "low", "value") or phase.get("value") or "")
    except ValueError:
        return None
    if "T" not in begins:
        return None
    return f"{datetime.fromisoformat(begins).astimezone(LOCAL):%H h %M}"


def _day(written: str | None) -> str | None:
    try:
        said = civil_date(read_timestamp(written or ""))
        return f"{date.fromisoformat(said):%d/%m/%Y}" if len(said) == len("2026-11-21") else said
    except ValueError:
        return None
