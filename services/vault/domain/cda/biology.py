"""Results of biology in a structured CDA: CI-SIS "CR-BIO", which is IHE PaLM XD-LAB in French.

The same entry ("Résultat d'examens de biologie") is found in other CI-SIS documents, a blood
group in a pregnancy's first synthesis for one: all that bear its template are read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.vault.domain.metadata import Coded
from services.vault.domain.results import Interval, ReadDocument, Result
from shared.cda.timestamps import read_timestamp
from shared.cda.tree import HL7, Element, attribute, child, children, text

STRUCT_IDNAT = "1.2.250.1.71.4.2.2"
RESULT = frozenset({"1.2.250.1.213.1.1.3.80", "1.3.6.1.4.1.19376.1.3.1.6"})
"""CI-SIS "FR-Résultat d'examens de biologie", and IHE's "Laboratory Observation"."""
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MAX_TEXT = 2_000
"""Characters kept of a value or a label in words."""

_OBSERVATION = f"{{{HL7}}}observation"


def read_results(document: Element) -> ReadDocument:
    """All results of a document; those whose value has no form we know are named, not guessed."""
    said = _referenced(document)
    home = _document_laboratory(document)
    results, unread = [], []
    for observation, laboratory in _observations(document, home):
        found = _result(observation, said, laboratory)
        if found.value is None and found.between is None:
            unread.append(found.label)
        else:
            results.append(found)
    return ReadDocument(results=tuple(results), unread=tuple(unread))


Laboratory = tuple[str | None, str | None]
"""Name and Struct_IdNat."""


def _observations(element: Element, laboratory: Laboratory) -> Iterator[tuple[Element, Laboratory]]:
    """Depth first, each with the nearest laboratory that is said to have performed it."""
    for inner in element:
        nearer = _performer(inner) or laboratory
        if inner.tag == _OBSERVATION and _is_result(inner):
            yield inner, nearer
        yield from _observations(inner, nearer)


def _is_result(observation: Element) -> bool:
    return any(t.get("root") in RESULT for t in children(observation, "templateId"))


def _result(observation: Element, said: Mapping[str, str], laboratory: Laboratory) -> Result:
    codes = tuple(_codes(observation))
    value = observation.find(f"{{{HL7}}}value")
    return Result(
        label=_label(observation, codes, said),
        codes=codes,
        **_value(value, said),
        reference=_reference(observation),
        interpretation=tuple(
            code
            for found in children(observation, "interpretationCode")
            if (code := found.get("code"))
        ),
        at=_instant(observation),
        status=attribute(observation, "statusCode", "code"),
        laboratory=laboratory[0],
        laboratory_id=laboratory[1],
    )


def _codes(observation: Element) -> Iterator[Coded]:
    """A test without a LOINC code has its laboratory's own as a translation (CR-BIO)."""
    for code in observation.iterfind(f"{{{HL7}}}code"):
        for one in (code, *code.iterfind(f"{{{HL7}}}translation")):
            if written := _coded(one):
                yield written


def _coded(element: Element) -> Coded | None:
    code = element.get("code", "").strip()
    if not code:
        return None
    return Coded(
        code=code, system=element.get("codeSystem"), display=element.get("displayName") or None
    )


def _label(observation: Element, codes: tuple[Coded, ...], said: Mapping[str, str]) -> str:
    """The words of the code, else those of the report."""
    named = next((c.display for c in codes if c.display), None)
    written = _words(observation.find(f"{{{HL7}}}code/{{{HL7}}}originalText"), said)
    return named or written or next((c.code for c in codes), "?")


def _words(element: Element | None, said: Mapping[str, str]) -> str | None:
    """What stands in an element, or where it points to in the readable part."""
    if element is None:
        return None
    reference = child(element, "reference")
    referred = said.get(reference.get("value", "").lstrip("#")) if reference is not None else None
    words = text(element) or referred
    return words[:MAX_TEXT] if words else None


def _value(value: Element | None, said: Mapping[str, str]) -> dict[str, Any]:
    """By HL7 v3 data type; nothing for a type we do not know or a value that is not there."""
    if value is None or "nullFlavor" in value.attrib:
        return {}
    kind = value.get(TYPE, "").rpartition(":")[2]
    if kind in {"PQ", "REAL", "INT"}:
        return {"value": value.get("value"), "unit": value.get("unit")}
    if kind in {"IVL_PQ", "IVL_REAL", "IVL_INT"}:
        between = _interval(value)
        return {"between": between, "unit": between.unit} if between else {}
    if kind in {"CD", "CE", "CV", "CO"}:
        coded = _coded(value)
        words = value.get("displayName") or _words(child(value, "originalText"), said)
        return {"value": words or (coded.code if coded else None), "value_code": coded}
    if kind in {"ST", "ED"}:
        return {"value": _words(value, said)}
    return {}


def _interval(value: Element) -> Interval | None:
    low, high = child(value, "low"), child(value, "high")
    if low is None and high is None:
        return None
    units = [e.get("unit") for e in (low, high) if e is not None]
    return Interval(
        low=low.get("value") if low is not None else None,
        high=high.get("value") if high is not None else None,
        unit=next((unit for unit in units if unit), None),
    )


def _reference(observation: Element) -> Interval | None:
    """The range of normal values, the first one that is said."""
    for found in children(observation, "referenceRange/observationRange"):
        value = child(found, "value")
        interval = _interval(value) if value is not None else None
        if interval:
            return interval
        if words := text(child(found, "text")) or (text(value) if value is not None else None):
            return Interval(text=words[:MAX_TEXT])
    return None


def _instant(observation: Element) -> str | None:
    for path, name in (("effectiveTime", "value"), ("effectiveTime/low", "value")):
        if written := attribute(observation, path, name):
            try:
                return read_timestamp(written)
            except ValueError:
                return None
    return None


def _performer(element: Element) -> Laboratory | None:
    """Of an act or an observation: another laboratory than the one that signs the report."""
    return _organization(child(element, "performer/assignedEntity/representedOrganization"))


def _document_laboratory(document: Element) -> Laboratory:
    for path in (
        "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization",
        "author/assignedAuthor/representedOrganization",
    ):
        if found := _organization(child(document, path)):
            return found
    return None, None


def _organization(element: Element | None) -> Laboratory | None:
    if element is None:
        return None
    ids = (i for i in children(element, "id") if i.get("root") == STRUCT_IDNAT)
    number = next((i.get("extension") for i in ids), None)
    name = text(child(element, "name"))
    return (name, number) if name or number else None


def _referenced(document: Element) -> dict[str, str]:
    """Texts of the readable part that structured entries point to."""
    return {
        name: written
        for element in document.iter()
        if (name := element.get("ID")) and (written := text(element))
    }
