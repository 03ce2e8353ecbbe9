"""The XDS format of a CDA, made of the document model it declares (ASS_A11, JDV_J60)."""

import pytest

from services.vault.adapters.value_sets import read_value_sets
from services.vault.domain.metadata import Statement
from services.vault.domain.value_sets import LEVEL_1_FORMATS, UNREFERENCED_FORMAT
from tests.vault.cda import cda
from tests.vault.unit.test_taking import taken

HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
CI_SIS = "1.2.250.1.213.1.1.1.1"
SETS = read_value_sets()


def format_of(*models: str) -> str:
    declared = "".join(f'<templateId root="{oid}"/>' for oid in (HL7_FRANCE, CI_SIS, *models))
    return taken(cda(templates=declared), Statement()).metadata.format


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("1.2.250.1.213.1.1.1.13", "urn:asip:ci-sis:vsm:2012"),
        ("1.2.250.1.213.1.1.1.2.1.1", "urn:asip:ci-sis:avk:2009"),
        ("1.2.250.1.213.1.1.1.5.1", "urn:asip:ci-sis:cse-cs8:2017"),
        ("1.2.250.1.213.1.1.1.15", "urn:asip:ci-sis:aunv:2013"),
        ("1.2.250.1.213.1.1.1.21", "urn:asip:ci-sis:ldl-ees:2017"),
        ("1.2.250.1.213.1.1.1.29", "urn:asip:ci-sis:ldl-ses:2017"),
        ("1.2.250.1.213.1.1.1.41", "urn:asip:ci-sis:cr-cpa:2020"),
        ("1.2.250.1.213.1.1.1.51", "urn:ihe:pcc:ips:2020"),
        ("1.2.250.1.213.1.1.1.57", "urn:ihe:palm:apsr:2016"),
        ("1.2.250.1.213.1.1.1.60", "urn:asip:ci-sis:dlu:2024"),
        ("9.9.9", UNREFERENCED_FORMAT),
    ],
)
def test_each_model_has_its_format(model: str, expected: str) -> None:
    """Some lines of ASS_A11, and a model that nobody published."""
    assert format_of(model) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        # A refraction report is built on IHE's prescription, not a prescription of medicines.
        (
            ("1.3.6.1.4.1.19376.1.9.1.1.1", "1.2.250.1.213.1.1.1.42"),
            "urn:ihe:eyecare:geneyeevalcn:2014",
        ),
        (
            ("1.2.250.1.213.1.1.1.13", "1.2.250.1.213.1.1.1.27"),
            "urn:asip:ci-sis:d2lm-fin:2017",
        ),
    ],
)
def test_the_model_itself_comes_after_those_it_is_built_on(
    declared: tuple[str, ...], expected: str
) -> None:
    """CI-SIS, structuration minimale: templateIds go from the general to the particular."""
    assert format_of(*declared) == expected


def test_every_format_of_a_structured_document_is_that_of_a_model() -> None:
    """JDV_J60 without what has no model of its own: files, images' references, signatures."""
    no_model = {
        *LEVEL_1_FORMATS.values(),
        UNREFERENCED_FORMAT,
        "1.2.840.10008.5.1.4.1.1.88.59",
        "urn:ihe:iti:dsg:detached:2014",
        "http://www.w3.org/2000/09/xmldsig#",
    }
    assert set(SETS.model_formats.values()) == set(SETS.formats) - no_model


def test_no_code_is_without_a_name() -> None:
    """What a person reads of a document's type or format is a name, not a remark of a table."""
    names = [t.display for t in SETS.types.values()] + list(SETS.formats.values())
    assert [name for name in names if not name.strip() or name.startswith("(")] == []


@pytest.mark.parametrize(
    ("code", "system"),
    [
        ("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3"),
        ("urn:ihe:pharm:pre:2010", "1.3.6.1.4.1.19376.1.2.3"),
        ("urn:ihe:iti-fr:xds-sd:rtf:2010", "1.2.250.1.213.1.1.4.2.282"),
        ("urn:asip:ci-sis:avk:2009", "1.2.250.1.213.1.1.4.2.282"),
        ("urn:ans:ci-sis:img-da:2022", "1.2.250.1.213.1.1.4.2.282"),
    ],
)
def test_a_format_is_of_ihe_or_french(code: str, system: str) -> None:
    """JDV_J60 takes codes of two terminologies: TRE_A11 of IHE, and TRE_A06."""
    assert SETS.format_system(code) == system
