"""Which observations of a document are results of biology, and which it only may call so."""

from services.vault.domain.cda.result_values import codes_of
from services.vault.domain.result import LOINC
from shared.cda.quantities import data_type
from shared.cda.statements import Once, Stated
from shared.cda.tree import HL7, Element, attribute, child, children, has_template

RESULT = frozenset(
    {"1.2.250.1.213.1.1.3.80", "1.3.6.1.4.1.19376.1.3.1.6", "2.16.840.1.113883.10.22.4.13"}
)
"""CI-SIS "FR-Résultat d'examens de biologie", IHE's "Laboratory Observation", and the "Laboratory
Result Observation" of HL7's International Patient Summary."""
SPECIALTIES = frozenset(
    {
        "18717-9", "18718-7", "18719-5", "18720-3", "18721-1", "18722-9", "18723-7", "18724-5",
        "18725-2", "18727-8", "18728-6", "18729-4", "18767-4", "18768-2", "18769-0", "26435-8",
        "26436-6", "26437-4", "26438-2",
    }
)  # fmt: skip
"""LOINC: what XD-LAB calls its chapters by. "FR-Résultats" of a synthesis parts biology (26436-6)
from imaging by the code of its organizer (CI-SIS; HL7 IPS, Result Organizer)."""
RESULTS = frozenset({"1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.3.6.1.4.1.19376.1.5.3.1.3.28"})
"""IHE PCC "Results" and "Coded Results": of all diagnostic studies, biology or not."""
SIMPLE_OBSERVATION = "1.3.6.1.4.1.19376.1.5.3.1.4.13"
MEASURED = ("PQ", "REAL", "IVL_PQ", "IVL_REAL", "RTO")
VITAL_SIGNS = frozenset(
    {
        "2710-2", "3141-9", "3151-8", "8280-0", "8287-5", "8302-2", "8306-3", "8310-5", "8462-4",
        "8478-0", "8480-6", "8806-2", "8867-4", "9271-8", "9272-6", "9274-2", "9279-1",
        "10230-1", "11884-4", "20564-1", "29463-7", "39156-5", "59408-5",
    }
)  # fmt: skip
"""LOINC: JDV_SignesVitaux_CISIS (ANS, February 2025), and what is measured on a body beside it:
pulse oximetry, an ejection fraction, a gestational age."""
OF_NO_SPECIMEN = frozenset(
    {
        "Cel", "[diop]", "[in_i]", "[lb_av]", "cm", "cm2", "dB", "deg", "kg", "kg/m2", "km", "m",
        "m2", "mGy", "mGy.cm", "mm", "mm2", "mSv", "ms", "/min", "{beats}/min", "W",
    }
)  # fmt: skip
"""UCUM units of lengths, weights, doses and rates: of people and of what an image shows."""

_OBSERVATION = f"{{{HL7}}}observation"
_SECTION = f"{{{HL7}}}section"
_ORGANIZER = f"{{{HL7}}}organizer"


class ResultEntries:
    """Of one document."""

    def __init__(self) -> None:
        self._is_of_letter = Once(lambda one: has_template(one, RESULTS))
        self._is_specialty = Once(_is_specialty)
        self._is_grouped = Once(_is_grouped)

    def is_biology(self, stated: Stated) -> bool:
        """By its own template, or by what a letter groups it under. What tells more of another
        observation (where, how sure) is no result."""
        if has_template(stated.observation, RESULT):
            return True
        if any(one.tag == _OBSERVATION for one in stated.within[:-1]):
            return False
        return any(map(self._is_specialty, stated.within)) or self._is_measured(stated)

    def _is_measured(self, stated: Stated) -> bool:
        """A number with a LOINC code among the results of a letter: an INR. What imaging, scores
        and questions answer stands there too, by codes, counts and truth values, in a group of
        another subject, of a place of the body or in units that no specimen is measured in."""
        sections = [one for one in stated.within if one.tag == _SECTION]
        observation = stated.observation
        if (
            not sections
            or not self._is_of_letter(sections[-1])
            or any(map(self._is_grouped, stated.within))
            or observation.find(f"{{{HL7}}}targetSiteCode") is not None
        ):
            return False
        found = observation.iterfind(f"{{{HL7}}}code")
        values = list(children(observation, "value"))
        loinc = {code.code for one in found for code in codes_of(one) if code.system == LOINC}
        return (
            _is_simple(observation)
            and bool(loinc)
            and loinc.isdisjoint(VITAL_SIGNS)
            and bool(values)
            and all(map(_is_of_specimen, values))
        )


def _is_simple(observation: Element) -> bool:
    """And nothing more special: vital signs, habits of life and pregnancies have templates of
    their own beside it."""
    roots = [t.get("root", "") for t in children(observation, "templateId")]
    special = any(root.startswith(f"{SIMPLE_OBSERVATION}.") for root in roots)
    return SIMPLE_OBSERVATION in roots and not special


def _is_of_specimen(value: Element) -> bool:
    units = {one.get("unit") for one in value.iter()}
    return data_type(value).startswith(MEASURED) and units.isdisjoint(OF_NO_SPECIMEN)


def _is_grouped(one: Element) -> bool:
    """Under the name of something: of a subject that is not biology's, where it is looked at."""
    return attribute(one, "code", "code") is not None if one.tag == _ORGANIZER else False


def _is_specialty(one: Element) -> bool:
    code = child(one, "code") if one.tag == _ORGANIZER else None
    return code is not None and code.get("codeSystem") == LOINC and code.get("code") in SPECIALTIES
