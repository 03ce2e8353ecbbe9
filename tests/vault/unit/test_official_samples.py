"""The official CDA R2 documents: all are read, and read alike by a reader that is not ours.

They lie beside the repository; without them the project's own samples are read the same way.
"""

from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import etree

from services.vault.adapters.value_sets import read_value_sets
from services.vault.domain.completion import Rules
from services.vault.domain.metadata import Statement
from services.vault.domain.taking import Limits, Taken, take
from shared.cda.timestamps import read_timestamp

ROOT = Path(__file__).parents[3]
OFFICIAL = ROOT.parent / "shared" / "samples" / "cda"
SAMPLES = sorted(OFFICIAL.glob("*.xml")) + sorted((ROOT / "scripts/demo/samples").glob("*.xml"))
RULES = Rules(sets=read_value_sets())
LIMITS = Limits(max_bytes=5_000_000, refuse_active=True)
HL7 = {"h": "urn:hl7-org:v3"}


def taken(file: Path) -> Taken:
    return take(
        file.read_bytes(), Statement(), declared=None, by_person=False, limits=LIMITS, rules=RULES
    )


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_each_sample_is_taken_and_read_as_another_reader_reads_it(file: Path) -> None:
    """Plain XPath against our header reader: identifier, type, dates, authors, patient."""
    document = taken(file)
    root = etree.parse(file).getroot()
    header = (
        root if root.tag.endswith("}ClinicalDocument") else root.find(".//h:ClinicalDocument", HL7)
    )
    assert header is not None

    def values(path: str) -> list[str]:
        found = cast("list[Any]", header.xpath(path, namespaces=HL7))
        return [str(value).strip() for value in found]

    said = document.metadata
    assert said.unique_id == "^".join(values("h:id/@root") + values("h:id/@extension"))
    assert said.type == values("h:code/@code")[0]
    assert said.title == " ".join("".join(values("h:title//text()")).split())
    assert said.creation == read_timestamp(values("h:effectiveTime/@value")[0])
    assert [a.national_id for a in said.authors if a.national_id] == values(
        "h:author/h:assignedAuthor/h:id[@root='1.2.250.1.71.4.2.1']/@extension"
    )
    assert [a.institution for a in said.authors if a.institution] == values(
        "h:author/h:assignedAuthor/h:representedOrganization"
        "/h:id[@root='1.2.250.1.71.4.2.2']/@extension"
    )
    replaced = "h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id"
    assert document.replaces == tuple(
        "^".join(filter(None, parts))
        for parts in zip_longest(values(f"{replaced}/@root"), values(f"{replaced}/@extension"))
    )
    patient = document.patient
    assert patient is not None
    person = "h:recordTarget/h:patientRole/h:patient"
    assert (
        patient.traits.birth_name == values(f"{person}/h:name/h:family[@qualifier='BR']/text()")[0]
    )
    assert patient.traits.birth_place == values(f"{person}/h:birthplace//h:county/text()")[0]
    assert (document.level == 1) == bool(header.xpath("h:component/h:nonXMLBody", namespaces=HL7))


official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official samples are not here")


@official
def test_facts_read_by_eye() -> None:
    """What a person reads in three of the documents."""
    biology = taken(OFFICIAL / "DOC_NON_STRUCTURE_CDA-R2-N1.xml")
    assert biology.metadata.title == "Compte rendu d'examens biologiques"
    assert biology.metadata.creation == "2021-04-01T12:47:45.000Z"
    assert biology.metadata.authors[0].family == "CAMPARINI"
    assert biology.metadata.authors[0].institution_name == "Laboratoire des charmes"
    assert biology.metadata.custodian == "1120459876"
    assert biology.enclosed == "application/pdf"
    assert biology.metadata.format == "urn:ihe:iti:xds-sd:pdf:2008"
    assert biology.metadata.set_id == "1.3.6.1.4.1.19376.1.2.20.12345.1"

    summary = taken(OFFICIAL / "IPS-FR_2024.01.xml")
    assert summary.metadata.authors[0].role == "PCP"
    assert summary.metadata.authors[0].specialty == "G15_10/SM26"
    assert summary.metadata.version_number == 2
    assert summary.replaces == ("8D5E778C-E155-4685-95C6-5FF65A362964",)
    assert summary.metadata.format == "urn:ihe:pcc:ips:2020"

    reimbursed = taken(OFFICIAL / "CNAM-HR_2021.01_sans-info.xml")
    assert reimbursed.metadata.authors[0].device == "Assurance Maladie"
    assert reimbursed.metadata.class_code == "60"
    assert reimbursed.replaces == ("1.2.250.1.213.1.1.9^10002-1",)
    assert reimbursed.metadata.service_start == "2019-01-01T14:45:00.000Z"


@official
def test_none_of_the_official_documents_is_refused() -> None:
    """All 56, the one inside its stylesheet included."""
    assert len(list(OFFICIAL.glob("*.xml"))) == 56
