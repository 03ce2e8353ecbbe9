"""A coded posology in French, for lines of whose taking no word was signed (CI-SIS FR-Traitement-
prescrit, IHE PCC Medications: 1.3.6.1.4.1.19376.1.5.3.1.4.7)."""

from collections.abc import Callable, Iterator
from itertools import chain, islice

from services.prescription.adapters.cda_timing import timing
from services.prescription.adapters.cda_values import interval, quantity, ratio
from services.prescription.adapters.tables import read_words
from shared.cda.narrative import Narrative
from shared.cda.tree import HL7, Element, child, children

FROM_CODES = "D’après les codes : "
MORE = "la suite est à lire dans le document"
"""Said wherever a code has no words here: half a posology must not pass for the whole."""
MAX_CRITERION = 500
MAX_CODES = 50
"""Of a line, and of each of its steps."""
EDQM = "0.4.0.127.0.16.1.1.2.1"
_ROUTES = read_words("routes")
Told = Iterator[str | None]


def from_codes(act: Element, narrative: Narrative) -> str | None:
    """``None`` where nothing is coded."""
    said = _joined(_of_line(act, narrative))
    return said and FROM_CODES + said


def _of_line(act: Element, narrative: Narrative) -> Told:
    yield from _said(act, narrative)
    for place, step in enumerate(steps(act), start=1):
        if said := _joined(chain(_said(step, narrative), conditions(step, narrative))):
            yield f"{place}) {said}"


def steps(act: Element) -> list[Element]:
    """Subordinate administrations, in their order: doses that change, are split or depend."""
    found = [
        (_place(child(related, "sequenceNumber")), step)
        for related in children(act, "entryRelationship")
        if child(related, "sequenceNumber") is not None
        for step in children(related, "substanceAdministration")
    ]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def conditions(act: Element, narrative: Narrative) -> Told:
    """Under which it is taken; ``None`` for one without words."""
    for criterion in children(act, "precondition/criterion"):
        said = narrative.words(child(criterion, "text"), MAX_CRITERION)
        value = narrative.words(child(criterion, "value"), MAX_CRITERION)
        yield said or value or _words(child(criterion, "value"))


def _said(act: Element, narrative: Narrative) -> Told:
    def each(path: str, words: Callable[[Element], str | None], before: str = "") -> Told:
        for element in filter(_says, children(act, path)):
            said = words(element)
            yield said and f"{before}{said}"

    def coded(path: str, before: str = "") -> Told:
        """The words that a code stands for, also where no code fits (``nullFlavor``)."""
        for element in act.iterfind(f"{{{HL7}}}{path}"):
            said = narrative.words(child(element, "originalText")) or _words(element)
            if said or "nullFlavor" not in element.attrib:
                yield said and f"{before}{said}"

    yield from each("doseQuantity", interval, "dose : ")
    yield from each("effectiveTime", timing)
    yield from each("rateQuantity", interval, "débit : ")
    yield from each("maxDoseQuantity", ratio, "au plus ")
    yield from coded("routeCode")
    yield from coded("approachSiteCode", "site : ")
    yield from each("expectedUseTime", lambda use: quantity(child(use, "width")), "utilisation : ")


def _says(element: Element) -> bool:
    """Not that all of it is unknown."""
    return "value" in element.attrib or any("nullFlavor" not in one.attrib for one in element)


def _words(element: Element | None) -> str | None:
    """Of a code: those of EDQM for a way of administration, else those beside it."""
    if element is None:
        return None
    is_edqm = element.get("codeSystem", EDQM).strip() == EDQM
    known = _ROUTES.get(element.get("code", "").strip()) if is_edqm else None
    return known or element.get("displayName", "").strip() or None


def _joined(told: Told) -> str | None:
    """``None`` where there is nothing to tell."""
    found = list(islice(told, MAX_CODES + 1))
    said = [one for one in found[:MAX_CODES] if one]
    return " ; ".join(said if len(said) == len(found) else [*said, MORE]) if found else None


def _place(sequence: Element | None) -> int:
    value = sequence.get("value", "") if sequence is not None else ""
    return int(value) if value.isdecimal() and len(value) < 5 else 0
