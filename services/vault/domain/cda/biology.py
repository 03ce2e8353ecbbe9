"""Results of biology in a structured CDA: CI-SIS "CR-BIO", which is IHE PaLM XD-LAB in French.

The same entry ("Résultat d'examens de biologie") is found in other CI-SIS documents, a blood
group in a pregnancy's first synthesis for one: all that bear its template are read, and what
letters and syntheses quote in other forms.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from services.vault.domain.cda.laboratory import (
    Laboratory,
    document_laboratory,
    is_report,
    performer,
)
from services.vault.domain.cda.result_entries import (
    RESULT,
    ResultEntries,
)
from services.vault.domain.cda.result_values import (
    coded_words,
    codes_of,
    read_value,
    reference_of,
)
from services.vault.domain.cda.specimens import Specimens
from services.vault.domain.metadata import Coded
from services.vault.domain.result import ReadDocument, Result, Specimen
from shared.cda.finality import ACTIVE, CHAPTERS, Finality
from shared.cda.narrative import Narrative
from shared.cda.statements import Once, Stated, observations
from shared.cda.tree import HL7, Element, attribute, child, children, has_template, text

SCANNED = "1.2.250.1.213.1.1.2.60"
"""CI-SIS "Résultats de laboratoire scannés": the report of another laboratory, as a file."""
WITHOUT_VALUE = frozenset({"aborted", ACTIVE})
"""The test could not be performed, or is not finished (XD-LAB, statusCode)."""


def read_results(document: Element) -> ReadDocument:
    """All results of a document; those whose value has no form we know are named, not guessed."""
    reading = _Reading(document)
    results: list[Result] = []
    unread: list[str] = []
    read: set[Element] = set()
    for stated in observations(document):
        if reading.is_result(stated):
            read.update(stated.within)
            shown, missing = reading.results(stated)
            results += shown
            unread += missing
    unread += _chapters_unread(document, read)
    return ReadDocument(results=tuple(results), unread=tuple(dict.fromkeys(unread)))


class _Reading:
    """What holds for all results of a document."""

    def __init__(self, document: Element) -> None:
        self._said = Narrative(document)
        self._specimens = Specimens(document, self._said)
        self._entries = ResultEntries()
        self._performer = Once(performer)
        self._home = document_laboratory(document)
        self._finality = Finality(document)
        self._is_quoted = not is_report(document)

    def is_result(self, stated: Stated) -> bool:
        return self._entries.is_biology(stated)

    def results(self, stated: Stated) -> tuple[list[Result], list[str]]:
        """One for each value, and the label if one of them cannot be read. What is said not to
        be, or of another than the patient, is for a person to read."""
        observation = stated.observation
        about = self._about(stated)
        if stated.is_of_another or stated.is_negated:
            return [], [about["label"]]
        values = [read_value(one, self._said) for one in observation.iterfind(f"{{{HL7}}}value")]
        shown = [Result(**about, **one) for one in values if one.get("value") or one.get("between")]
        if len(shown) == len(values) and shown:
            return shown, []
        if about["status"] in WITHOUT_VALUE and not shown:
            return [Result(**about)], []
        return shown, [about["label"]]

    def _about(self, stated: Stated) -> dict[str, Any]:
        observation, said = stated.observation, self._said
        found = observation.iterfind(f"{{{HL7}}}code")
        codes = tuple(code for one in found for code in codes_of(one))
        name, number = self._laboratory(stated)
        specimens = self._specimens.of(stated)
        isolate, isolate_code = self._specimens.isolate(stated)
        method, method_code = coded_words(observation.find(f"{{{HL7}}}methodCode"), said)
        return {
            "label": _label(observation, codes, said),
            "codes": codes,
            "reference": reference_of(observation, said),
            "interpretation": tuple(
                code
                for one in children(observation, "interpretationCode")
                if (code := one.get("code"))
            ),
            "at": stated.at or _taken(specimens),
            "status": attribute(observation, "statusCode", "code"),
            "laboratory": name,
            "laboratory_id": number,
            "isolate": isolate,
            "isolate_code": isolate_code,
            "specimens": specimens,
            "method": method,
            "method_code": method_code,
            "preliminary": self._finality.is_preliminary(stated),
            "quoted": self._is_quoted,
        }

    def _laboratory(self, stated: Stated) -> Laboratory:
        """The header's, of the entries that are a laboratory's own."""
        home = self._home if has_template(stated.observation, RESULT) else (None, None)
        return next(filter(None, map(self._performer, reversed(stated.within))), home)


def _taken(specimens: Iterable[Specimen]) -> str | None:
    """None of several that differ."""
    instants = {specimen.taken for specimen in specimens}
    return instants.pop() if len(instants) == 1 else None


def _label(observation: Element, codes: tuple[Coded, ...], said: Narrative) -> str:
    """The words of the code, else those of the report."""
    named = next((c.display for c in codes if c.display), None)
    written = said.words(observation.find(f"{{{HL7}}}code/{{{HL7}}}originalText"))
    return named or written or next((c.code for c in codes), "?")


def _chapters_unread(document: Element, read: set[Element]) -> Iterator[str]:
    """Chapters of a laboratory that hold words and no result, and files."""
    for section in document.iter(f"{{{HL7}}}section"):
        words = has_template(section, CHAPTERS) and section not in read
        has_words = words and text(child(section, "text")) is not None
        if has_words or has_template(section, {SCANNED}):
            yield text(child(section, "title")) or attribute(section, "code", "displayName") or "?"
