"""The codes a document may bear, as the ANS publishes them (``data/README.md``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.vault.domain import content

UNREFERENCED_FORMAT = "urn:asipSante:modelesHorsProfils:2011"
"""JDV_J60: a document that follows no published template."""

IHE_FORMATS = "1.3.6.1.4.1.19376.1.2.3"
FRENCH_FORMATS = "1.2.250.1.213.1.1.4.2.282"

LEVEL_1_FORMATS = {
    content.PDF: "urn:ihe:iti:xds-sd:pdf:2008",
    content.TEXT: "urn:ihe:iti:xds-sd:text:2008",
    content.JPEG: "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    content.RTF: "urn:ihe:iti-fr:xds-sd:rtf:2010",
    content.TIFF: "urn:ihe:iti-fr:xds-sd:tiff:2010",
}
"""JDV_J60: a CDA header around a file (IHE XDS-SD and its French extension)."""


@dataclass(frozen=True, kw_only=True)
class DocumentType:
    """``class_code`` is empty for a type the DMP does not take."""

    code: str
    system: str
    display: str
    class_code: str
    in_dmp: bool
    by_patient: bool
    heading: str


@dataclass(frozen=True, kw_only=True)
class ValueSets:
    """Each mapping: code to its French display."""

    types: Mapping[str, DocumentType]
    classes: Mapping[str, str]
    formats: Mapping[str, str]
    practice_settings: Mapping[str, str]
    facility_types: Mapping[str, str]
    confidentiality: Mapping[str, str]
    specialties: Mapping[str, str]
    functions: Mapping[str, str]
    headings: Mapping[str, str]
    reference_types: Mapping[str, str]
    model_formats: Mapping[str, str]
    """OID of a CDA document model, as a ``templateId`` names it, to the format (ASS_A11)."""
    systems: Mapping[str, Mapping[str, str]]
    """OID of the terminology of each code, by the name of its set above."""
    specimens: Mapping[tuple[str, str], str]
    """By terminology and code."""

    def system(self, value_set: str, code: str) -> str | None:
        return self.systems.get(value_set, {}).get(code)

    def format_system(self, code: str) -> str:
        """TRE_A11 holds the formats of IHE, TRE_A06 the French ones (JDV_J60)."""
        french = not code.startswith("urn:ihe:") or code.startswith("urn:ihe:iti-fr:")
        return FRENCH_FORMATS if french else IHE_FORMATS

    def types_under(self, heading: str) -> frozenset[str]:
        return frozenset(t.code for t in self.types.values() if t.heading == heading)

    def format_of(self, templates: Sequence[str], enclosed: str | None) -> str:
        """By the file a level 1 document encloses, else by the model it declares (ASS_A11).

        A document declares its model after those it builds on, so the last one known counts.
        """
        if enclosed in LEVEL_1_FORMATS:
            return LEVEL_1_FORMATS[enclosed]
        known = (self.model_formats[t] for t in reversed(templates) if t in self.model_formats)
        return next(known, UNREFERENCED_FORMAT)
