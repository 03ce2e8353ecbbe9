"""Results of biology in a structured CDA: CI-SIS "CR-BIO", which is IHE PaLM XD-LAB in French.

The same entry ("Résultat d'examens de biologie") is found in other CI-SIS documents, a blood
group in a pregnancy's first synthesis for one: all that bear its template are read.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from services.vault.domain.cda.result_values import codes_of, read_value, reference_of
from services.vault.domain.metadata import Coded
from services.vault.domain.results import ReadDocument, Result
from shared.cda.narrative import Narrative
from shared.cda.statements import Stated, observations
from shared.cda.tree import HL7, Element, attribute, child, children, text

STRUCT_IDNAT = "1.2.250.1.71.4.2.2"
RESULT = frozenset({"1.2.250.1.213.1.1.3.80", "1.3.6.1.4.1.19376.1.3.1.6"})
"""CI-SIS "FR-Résultat d'examens de biologie", and IHE's "Laboratory Observation"."""
CHAPTERS = frozenset({"1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2"})
"""IHE's "Laboratory Specialty Section" and "Laboratory Report Item Section"."""
SCANNED = "1.2.250.1.213.1.1.2.60"
"""CI-SIS "Résultats de laboratoire scannés": the report of another laboratory, as a file."""
LABORATORY_PERFORMER = "1.3.6.1.4.1.19376.1.3.3.1.7"
REPORTS = frozenset({"11502-2", "96173-0", "51969-4"})
"""Types whose author did the tests: report of biology, rapid test, molecular genetics."""
ABORTED = "aborted"
"""The test could not be performed: there is no value (XD-LAB, statusCode)."""


def read_results(document: Element) -> ReadDocument:
    """All results of a document; those whose value has no form we know are named, not guessed."""
    said = Narrative(document)
    home = _document_laboratory(document)
    results: list[Result] = []
    unread: list[str] = []
    read: set[Element] = set()
    for stated in observations(document):
        if _has_template(stated.observation, RESULT):
            read.update(stated.within)
            shown, missing = _results(stated, said, home)
            results += shown
            unread += missing
    unread += _chapters_unread(document, read)
    return ReadDocument(results=tuple(results), unread=tuple(dict.fromkeys(unread)))


Laboratory = tuple[str | None, str | None]
"""Name and Struct_IdNat."""


def _results(stated: Stated, said: Narrative, home: Laboratory) -> tuple[list[Result], list[str]]:
    """One for each value, and the label if one of them cannot be read. What is said not to be,
    or of another than the patient, is for a person to read."""
    observation = stated.observation
    about = _about(stated, said, home)
    if stated.is_of_another or stated.is_negated:
        return [], [about["label"]]
    values = [read_value(one, said) for one in observation.iterfind(f"{{{HL7}}}value")]
    shown = [Result(**about, **one) for one in values if one.get("value") or one.get("between")]
    if len(shown) == len(values) and shown:
        return shown, []
    if about["status"] == ABORTED and not shown:
        return [Result(**about)], []
    return shown, [about["label"]]


def _about(stated: Stated, said: Narrative, home: Laboratory) -> dict[str, Any]:
    observation = stated.observation
    found = observation.iterfind(f"{{{HL7}}}code")
    codes = tuple(code for one in found for code in codes_of(one))
    name, number = next(filter(None, map(_performer, reversed(stated.within))), home)
    isolate, isolate_code = _isolate(stated.within, said)
    return {
        "label": _label(observation, codes, said),
        "codes": codes,
        "reference": reference_of(observation, said),
        "interpretation": tuple(
            code for one in children(observation, "interpretationCode") if (code := one.get("code"))
        ),
        "at": stated.at,
        "status": attribute(observation, "statusCode", "code"),
        "laboratory": name,
        "laboratory_id": number,
        "isolate": isolate,
        "isolate_code": isolate_code,
    }


def _label(observation: Element, codes: tuple[Coded, ...], said: Narrative) -> str:
    """The words of the code, else those of the report."""
    named = next((c.display for c in codes if c.display), None)
    written = said.words(observation.find(f"{{{HL7}}}code/{{{HL7}}}originalText"))
    return named or written or next((c.code for c in codes), "?")


def _isolate(within: Iterable[Element], said: Narrative) -> tuple[str | None, Coded | None]:
    """The micro-organism that was grown: one report may hold several, each with its own
    antibiogram (XD-LAB, Laboratory Isolate Organizer)."""
    for one in within:
        for entity in children(one, "specimen/specimenRole/specimenPlayingEntity"):
            code = entity.find(f"{{{HL7}}}code")
            if entity.get("classCode") == "MIC" and code is not None:
                coded = next(codes_of(code), None)
                words = said.words(child(code, "originalText"))
                return words or (coded.display or coded.code if coded else None), coded
    return None, None


def _chapters_unread(document: Element, read: set[Element]) -> Iterator[str]:
    """Chapters of a laboratory that hold words and no result, and files."""
    for section in document.iter(f"{{{HL7}}}section"):
        words = _has_template(section, CHAPTERS) and section not in read
        has_words = words and text(child(section, "text")) is not None
        if has_words or _has_template(section, {SCANNED}):
            yield text(child(section, "title")) or attribute(section, "code", "displayName") or "?"


def _has_template(element: Element, roots: Collection[str]) -> bool:
    return any(t.get("root", "") in roots for t in children(element, "templateId"))


def _performer(element: Element) -> Laboratory | None:
    """Of an act or an observation: another laboratory than the one that signs the report."""
    return _organization(child(element, "performer/assignedEntity/representedOrganization"))


def _document_laboratory(document: Element) -> Laboratory:
    """Of a report of tests. A letter quotes results: who did those, it may not say."""
    performers = list(children(document, "documentationOf/serviceEvent/performer"))
    if attribute(document, "code", "code") not in REPORTS:
        performers = [p for p in performers if _has_template(p, {LABORATORY_PERFORMER})]
        authors: list[Element] = []
    else:
        authors = list(children(document, "author/assignedAuthor/representedOrganization"))
    named = (child(p, "assignedEntity/representedOrganization") for p in performers)
    return next(filter(None, map(_organization, (*named, *authors))), (None, None))


def _organization(element: Element | None) -> Laboratory | None:
    if element is None:
        return None
    ids = (i for i in children(element, "id") if i.get("root") == STRUCT_IDNAT)
    number = next((i.get("extension") for i in ids), None)
    name = text(child(element, "name"))
    return (name, number) if name or number else None
