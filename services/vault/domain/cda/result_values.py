"""Values and ranges of a result, by HL7 v3 data type (R1); nothing for a type we do not know."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.vault.domain.metadata import Coded
from services.vault.domain.result import Interval
from shared.cda.narrative import MAX_TEXT, Narrative
from shared.cda.quantities import data_type, quantities
from shared.cda.timestamps import read_timestamp
from shared.cda.tree import HL7, Element, child, children, text

QUANTITIES = frozenset({"PQ", "REAL", "INT"})
INTERVALS = frozenset({"IVL_PQ", "IVL_REAL", "IVL_INT"})
CODES = frozenset({"CD", "CE", "CV", "CO", "CS"})
NORMAL = "N"
"""Of ObservationInterpretation, 2.16.840.1.113883.5.83."""


def read_value(value: Element, said: Narrative) -> dict[str, Any]:
    """Fields of a :class:`Result`. A nullFlavor says that there is no value in that form: there
    may be one in words or by another code or unit (HL7 v3 data types, ``OTH``)."""
    kind = data_type(value)
    if kind in QUANTITIES:
        return _measured(value)
    if kind in CODES:
        return _coded_value(value, said)
    if "nullFlavor" in value.attrib:
        return {}
    if kind in INTERVALS:
        between = _interval(value)
        return {"between": between, "unit": between.unit} if between else _measured(value)
    reader = _IN_WORDS.get(kind.partition("_")[0])
    return {"value": reader(value, said)} if reader else {}


def codes_of(code: Element) -> Iterator[Coded]:
    """A test without a LOINC code has its laboratory's own as a translation (CR-BIO)."""
    for one in (code, *code.iterfind(f"{{{HL7}}}translation")):
        if written := one.get("code", "").strip():
            yield Coded(
                code=written,
                system=one.get("codeSystem"),
                display=one.get("displayName", "").strip() or None,
            )


def coded_words(code: Element | None, said: Narrative) -> tuple[str | None, Coded | None]:
    """What a code says: its name, else the words of the report, else the code itself. One with a
    nullFlavor may have words."""
    if code is None:
        return None, None
    coded = next(codes_of(code), None)
    words = said.words(child(code, "originalText"))
    shown = (coded.display if coded else None) or words or (coded.code if coded else None)
    return shown, coded


def reference_of(observation: Element, said: Narrative) -> Interval | None:
    """The range of normal values; in words where there are several, each with its criterion."""
    ranges = [
        one for one in children(observation, "referenceRange/observationRange") if _is_normal(one)
    ]
    read = [(one, interval) for one in ranges if (interval := _range(one, said))]
    if len(read) < 2:
        return read[0][1] if read else None
    whole = " ; ".join(dict.fromkeys(_in_words(one, interval, said) for one, interval in read))
    return Interval(text=whole[:MAX_TEXT])


def _measured(value: Element) -> dict[str, Any]:
    found = list(quantities(value))
    if not found:
        return {}
    return {"value": found[0].value, "unit": found[0].unit, "also": tuple(found[1:])}


def _coded_value(value: Element, said: Narrative) -> dict[str, Any]:
    shown, coded = coded_words(value, said)
    return {"value": shown, "value_code": coded}


def _interval(value: Element) -> Interval | None:
    """None without a bound, or where both have a unit of their own."""
    bounds = [child(value, name) for name in ("low", "high")]
    units = {unit for one in bounds if one is not None and (unit := one.get("unit"))}
    low, high = (one.get("value") if one is not None else None for one in bounds)
    if (low is None and high is None) or len(units) > 1:
        return None
    low_open, high_open = (
        one is not None and one.get("inclusive") in {"false", "0"} for one in bounds
    )
    return Interval(
        low=low,
        high=high,
        unit=next(iter(units), None),
        low_excluded=low_open,
        high_excluded=high_open,
    )


def _is_normal(found: Element) -> bool:
    """A range may be that of what is high or alarming."""
    code = child(found, "interpretationCode")
    return code is None or code.get("code") in {None, NORMAL}


def _range(found: Element, said: Narrative) -> Interval | None:
    value = child(found, "value")
    interval = _interval(value) if value is not None else None
    if interval:
        return interval
    words = said.words(child(found, "text")) or (value is not None and text(value)) or None
    return Interval(text=words[:MAX_TEXT]) if words else None


def _in_words(found: Element, interval: Interval, said: Narrative) -> str:
    criteria = (
        one.get("displayName") or said.words(one)
        for path in ("precondition/criterion/value", "precondition/criterion/text")
        for one in _of_any_space(found, path)
    )
    criterion = next((words for words in criteria if words), None)
    return f"{interval.in_words()} ({criterion})" if criterion else interval.in_words()


def _of_any_space(found: Element, path: str) -> Iterator[Element]:
    """XD-LAB adds ``precondition`` to the range in a space of its own."""
    return found.iterfind("/".join(f"{{*}}{step}" for step in path.split("/")))


def _text(value: Element, said: Narrative) -> str | None:
    """A file (B64) is not words."""
    return said.words(value) if value.get("representation", "TXT") == "TXT" else None


def _truth(value: Element, _said: Narrative) -> str | None:
    return value.get("value")


def _ratio(value: Element, _said: Narrative) -> str | None:
    """As HL7 writes it: "1:128", "5 mg:1 mL"."""
    parts = []
    for name in ("numerator", "denominator"):
        part = child(value, name)
        number = part.get("value") if part is not None else None
        if part is None or not number:
            return None
        unit = part.get("unit", "1")
        parts.append(number if unit == "1" else f"{number} {unit}")
    return ":".join(parts)


def _instant(value: Element, _said: Narrative) -> str | None:
    try:
        return read_timestamp(value.get("value", ""))
    except ValueError:
        return None


_IN_WORDS: Mapping[str, Callable[[Element, Narrative], str | None]] = {
    "ST": _text,
    "SC": _text,
    "ED": _text,
    "BL": _truth,
    "RTO": _ratio,
    "TS": _instant,
}
"""RTO by its first word: its parts may be of any quantity (``RTO_PQ_PQ``)."""
