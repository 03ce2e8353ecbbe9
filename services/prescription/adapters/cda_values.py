"""Amounts of a coded posology, in French (HL7 PQ and IVL_PQ, units of UCUM and of EDQM)."""

import re

from services.prescription.adapters.tables import read_words
from shared.cda.tree import Element, child

MAX_UNIT = 64
TIMES = {
    "s": ("seconde", "secondes", "toutes"),
    "min": ("minute", "minutes", "toutes"),
    "h": ("heure", "heures", "toutes"),
    "d": ("jour", "jours", "tous"),
    "wk": ("semaine", "semaines", "toutes"),
    "mo": ("mois", "mois", "tous"),
    "a": ("an", "ans", "tous"),
}
"""UCUM units of time: one, several, and how they are repeated."""
_NUMBER = re.compile(r"([+-]?)0*(\d{1,9})(?:\.(\d{0,6}?)0*)?", re.ASCII)
_CODE = re.compile(r"\d{2,}", re.ASCII)
"""A unit of UCUM has a letter, or is 1."""
_DOSES = read_words("doses")


def number(written: str) -> str | None:
    """As it is written in France; ``None`` for what is none."""
    found = _NUMBER.fullmatch(written.strip())
    if found is None:
        return None
    sign, whole, fraction = found.groups()
    return ("-" if sign == "-" else "") + whole + (f",{fraction}" if fraction else "")


def quantity(element: Element | None) -> str | None:
    """``None`` where nothing is said that can be told: a unit may be the code of something else."""
    count = number(element.get("value", "")) if element is not None else None
    if element is None or count is None:
        return None
    unit = _unit(element.get("unit", "").strip(), is_one=abs(float(count.replace(",", "."))) < 2)
    if _CODE.fullmatch(unit):
        return None
    return f"{count} {unit}" if unit else count


def interval(element: Element) -> str | None:
    """A value, or from the lowest to the highest."""
    if "value" in element.attrib:
        return quantity(element)
    low, high = quantity(child(element, "low")), quantity(child(element, "high"))
    if low and high:
        return low if low == high else f"{low} à {high}"
    if low:
        return f"au moins {low}"
    return high and f"au plus {high}"


def ratio(element: Element) -> str | None:
    """So much in so much time."""
    above, below = quantity(child(element, "numerator")), child(element, "denominator")
    if above is None or below is None:
        return None
    time = TIMES.get(below.get("unit", "").strip())
    count = number(below.get("value", ""))
    if time is None or count is None:
        return None
    return f"{above} par {time[0]}" if count == "1" else f"{above} en {count} {time[1]}"


def _unit(unit: str, *, is_one: bool) -> str:
    """A unit that is not known as it is; an annotation (UCUM) without its braces. ``is_one``: less
    than two, which is singular in French."""
    if unit in TIMES:
        one, many, _ = TIMES[unit]
        return one if is_one else many
    amount, slash, time = unit.rpartition("/")
    if slash and time in TIMES:
        return f"{_unit(amount, is_one=is_one)} par {TIMES[time][0]}".strip()
    known = _DOSES.get(unit) or _DOSES.get(unit.lower())
    return known or ("" if unit == "1" else unit.replace("{", "").replace("}", "")[:MAX_UNIT])
