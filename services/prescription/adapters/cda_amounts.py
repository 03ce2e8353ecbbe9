"""How much a line of a CDA prescription lets leave, and how often (IHE Pharmacy PRE)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.prescription.adapters.refused import refused
from services.prescription.adapters.tables import read_words
from shared.cda.timestamps import civil_day
from shared.cda.tree import HL7, Element, attribute, child, children, has_template
from shared.kernel.errors import InvalidRequest
from shared.kernel.periods import Period

SUPPLY = {"1.2.250.1.213.1.1.3.86", "1.3.6.1.4.1.19376.1.9.1.3.8"}
"""CI-SIS and IHE templates of how much is to be supplied."""
RENEWAL_PERIOD = {"1.2.250.1.213.1.1.3.88", "1.3.6.1.4.1.19376.1.9.1.3.15"}
"""CI-SIS and IHE templates of how long a line may be renewed."""
MAX_QUANTITY = 10_000
MAX_UNIT = 64
_WHOLE = re.compile(r"\+?0*(\d{1,5})(?:\.0{1,9})?", re.ASCII)
"""A quantity is a real number (HL7 PQ): 2.0 is 2."""
_PERIODS = {"d": "D", "wk": "W", "mo": "M", "a": "Y"}
"""UCUM units of time that a renewal period is counted in."""
_DAYS = {"d": 1, "wk": 7, "mo": 30, "a": 360}
MONTH, MONTHS = 31, 12
"""Days that a month has at most, and how many months a treatment."""
_UNITS = read_words("units")


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """``sufficient``: none is said; see :class:`services.prescription.domain.terms.Line`."""

    count: int = 1
    unit: str | None = None
    sufficient: bool = False


@dataclass(frozen=True, kw_only=True)
class Renewals:
    """``count``: none where nothing is said. ``begins``, ``until``: of the renewal period."""

    count: int | None = None
    unlimited: bool = False
    begins: date | None = None
    until: date | Period | None = None


def quantity(act: Element) -> Quantity:
    """And its unit. The entry is optional: the prescriber may say how long instead."""
    supplied = act if act.tag == f"{{{HL7}}}supply" else next(_supplies(act, SUPPLY), None)
    said = child(supplied, "quantity")
    if said is None:
        return Quantity(sufficient=True)
    count = _whole(said.get("value", ""), "quantity")
    if not 0 < count <= MAX_QUANTITY:
        raise refused(f"quantity is not between 1 and {MAX_QUANTITY}")
    unit = said.get("unit", "").strip()
    words = _UNITS.get(unit, unit)[:MAX_UNIT] if unit not in {"", "1"} else None
    return Quantity(count=count, unit=words)


def renewals(act: Element, *, sufficient: bool = False) -> Renewals:
    """``repeatNumber``: how many more times; ``nullFlavor`` NI: not limited. Where it is not said,
    the length of a treatment says it of a line whose quantity is ``sufficient``."""
    begins, until = next(map(_period, _supplies(act, RENEWAL_PERIOD)), (None, None))
    said = act.find(f"{{{HL7}}}repeatNumber")
    if said is None or "nullFlavor" in said.attrib:
        is_unlimited = said is not None and said.get("nullFlavor") == "NI"
        by_length = _months(act) - 1 if sufficient and not is_unlimited else None
        return Renewals(count=by_length or None, unlimited=is_unlimited, begins=begins, until=until)
    most = said.get("value") or attribute(said, "high", "value") or ""
    return Renewals(count=_whole(most, "repeatNumber"), begins=begins, until=until)


def _months(act: Element) -> int:
    """Of the treatment, those that have begun counted as whole: a prescription for more than a
    month says how often it is renewed, by a month at most each time, or how long the treatment is,
    in the limit of twelve months (CSP R5123-2). 1 where no length is said."""
    days = max((_days(span) for span in children(act, "effectiveTime")), default=0)
    return min(MONTHS, max(1, -(-days // MONTH)))


def _days(span: Element) -> int:
    low, high = (attribute(span, side, "value") for side in ("low", "high"))
    width, unit = (attribute(span, "width", name) or "" for name in ("value", "unit"))
    try:
        if low and high:
            return (civil_day(high) - civil_day(low)).days + 1
        return _whole(width, "width") * _DAYS[unit] if width else 0
    except (InvalidRequest, KeyError, ValueError):
        return 0


def _supplies(act: Element, roots: set[str]) -> Iterator[Element]:
    return (one for one in children(act, "entryRelationship/supply") if has_template(one, roots))


def _period(supply: Element) -> tuple[date | None, date | Period]:
    """Of renewals: its first day, if it says one, and its last; or how long it lasts from the day
    of prescription."""
    low = attribute(supply, "effectiveTime/low", "value")
    high = attribute(supply, "effectiveTime/high", "value")
    width = attribute(supply, "effectiveTime/width", "value") or ""
    unit = attribute(supply, "effectiveTime/width", "unit") or ""
    try:
        begins = civil_day(low) if low else None
        if high:
            return begins, civil_day(high)
        lasts = Period.parse(f"P{width}{_PERIODS[unit]}")
        return begins, lasts.last_day(begins) if begins else lasts
    except (KeyError, ValueError, OverflowError):
        raise refused("the end of a renewal period cannot be read") from None


def _whole(written: str, field: str) -> int:
    found = _WHOLE.fullmatch(written.strip())
    if found is None:
        raise refused(f"{field} is not a whole number")
    return int(found[1])
