"""What is read of a CDA header, each fact as the standard says where it stands."""

import pytest

from services.vault.domain.cda.header import Header, read_header
from services.vault.domain.metadata import Author, Coded, Reference
from shared.cda.timestamps import civil_date, read_timestamp
from shared.cda.tree import clinical_document
from shared.kernel.errors import InvalidRequest
from tests.vault.cda import ACT, AUTHOR, PATIENT, cda, replacing


def read(document: bytes) -> Header:
    return read_header(clinical_document(document))


def test_everything_is_found_where_ci_sis_puts_it() -> None:
    """The vault lists, compares and decides by these."""
    said = read(cda()).statement

    assert said.unique_id == "1.2.3.4^1"
    assert (said.type and said.type.code) == "34112-3"
    assert said.title == "CR hospitalier"
    assert said.creation == "2024-04-02T09:17:00.000Z"
    assert said.service_start == "2024-04-01T06:30:00.000Z"
    assert said.practice_setting == "ETABLISSEMENT"
    assert said.facility_type == "SA01"
    assert said.confidentiality == ("N",)
    assert said.language == "fr-FR"
    assert said.authors == (
        Author(
            national_id="801234567897",
            family="ESSAI",
            given="Hélène",
            specialty="G15_10/SM26",
            institution="1750712184",
            institution_name="Hôpital des essais",
        ),
    )


def test_strict_traits_are_told_from_used_names() -> None:
    """Names in use are not compared with an identity: only those of the birth certificate."""
    patient = read(cda()).patient

    assert patient.ids == (("1.2.250.1.213.1.4.10", "279035121518989"),)
    traits = patient.traits
    assert traits.birth_name == "PAT-TROIS"
    assert traits.birth_given_names == "DOMINIQUE MARIE-LOUISE"
    assert traits.first_given_name == "DOMINIQUE"
    assert (traits.sex, traits.birth_date, traits.birth_place) == ("F", "1979-03-28", "51215")


def test_a_second_name_adds_nothing_to_the_first() -> None:
    """CDA R2 lets a person have several names: an alias is no part of the name of birth."""
    alias = '<name use="P"><family qualifier="BR">ALIAS</family><given>AUTRE</given></name>'
    patient = PATIENT.replace("</name>", f"</name>{alias}")

    assert read(cda(patient=patient)).patient.traits == read(cda()).patient.traits


def test_an_identifier_without_extension_is_its_root() -> None:
    """XDS writes root^extension, or the root alone."""
    assert read(cda(id_='<id root="1.2.3.4.5"/>')).statement.unique_id == "1.2.3.4.5"


def test_the_order_and_the_images_it_belongs_to() -> None:
    """CI-SIS: the placer's number of the request, and DICOM's accession number beside it."""
    order = (
        '<inFulfillmentOf><order><id root="1.2.250.1.748.1" extension="984375862"/>'
        '<a:accessionNumber xmlns:a="urn:dicom-org:ps3-20" root="1.2.250.1.925.9" extension="105"/>'
        "</order></inFulfillmentOf>"
    )

    assert read(cda(related=order)).statement.reference_ids == (
        Reference(id="1.2.250.1.748.1^984375862", type="urn:ihe:iti:xds:2013:order"),
        Reference(id="1.2.250.1.925.9^105", type="urn:ihe:iti:xds:2013:accession"),
    )


def test_the_study_of_an_act_of_imaging() -> None:
    """DICOM PS3.20, XDS referenceIdList: what an image and its report have in common. The number of
    another act is no study."""
    act = (
        '<documentationOf><serviceEvent classCode="ACT"><id root="{}"/><code code="24727-0" '
        'codeSystem="2.16.840.1.113883.6.1"><translation code="{}" codeSystem="{}"/></code>'
        "</serviceEvent></documentationOf>"
    )
    acts = (
        act.format("1.2.250.1.925.1", "CT", "1.2.840.10008.2.16.4")
        + act.format("1.2.250.1.925.2", "ACQH004", "1.2.250.1.215.300.1")
        + act.format("5A931FFC-E3D3-4153-953F-4C314500A410", "CT", "1.2.840.10008.2.16.4")
    )

    assert read(cda(acts=acts)).statement.reference_ids == (
        Reference(id="1.2.250.1.925.1", type="urn:ihe:iti:xds:2016:studyInstanceUID"),
    )


def test_the_producers_own_number_of_the_patient_is_kept_and_no_ins() -> None:
    """XDS sourcePatientId: how the hospital finds its patient again."""
    own = '<id root="1.2.250.1.748.2" extension="IPP-12"/>'
    both = PATIENT.replace("<patient>", f"{own}<patient>")

    assert read(cda()).statement.source_patient is None
    assert read(cda(patient=both)).statement.source_patient == "1.2.250.1.748.2^IPP-12"


@pytest.mark.parametrize(
    "national",
    [
        '<id root="1.2.250.1.213.1.4.13" extension="279035121518989"/>',
        '<id root="1.2.250.1.213.1.4.2" extension="0411886319605719371016"/>',
        '<id root="1.2.250.1.748.2" extension="279035121518989"/>',
    ],
    ids=["the NIR of insurance", "an INS of before", "the INS called otherwise"],
)
def test_no_number_of_the_state_is_taken_for_the_producers_own(national: str) -> None:
    """It is shown to every reader and goes out with an export (CI-SIS: the certificates of a child
    write the NIR beside the INS, the same digits under another OID)."""
    patient = PATIENT.replace("<patient>", f"{national}<patient>")

    assert read(cda(patient=patient)).statement.source_patient is None


def test_prefixes_are_nothing_but_spelling() -> None:
    """Any prefix may stand for the HL7 namespace."""
    document = (
        b'<c:ClinicalDocument xmlns:c="urn:hl7-org:v3"><c:id root="1.9"/><c:title>T</c:title>'
        b'<c:recordTarget><c:patientRole><c:id root="1.2.250.1.213.1.4.10" extension="2"/>'
        b"</c:patientRole></c:recordTarget></c:ClinicalDocument>"
    )

    header = read(document)

    assert (header.statement.unique_id, header.statement.title) == ("1.9", "T")
    assert header.patient.traits.birth_name is None


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8-sig", '<?xml version="1.0" encoding="UTF-8"?>'),
        ("utf-8", ""),
        ("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        ("windows-1252", '<?xml version="1.0" encoding="windows-1252"?>'),
        ("utf-16", '<?xml version="1.0" encoding="UTF-16"?>'),
    ],
)
def test_any_declared_encoding_is_read(encoding: str, head: str) -> None:
    """A name must not depend on how a software writes its accents."""
    said = read(cda(encoding=encoding, head=head)).statement

    assert said.authors[0].given == "Hélène"


def test_white_space_around_a_value_is_none_of_it() -> None:
    """XML collapses it in the types of CDA (datatypes-base.xsd: uid, cs)."""
    document = cda(
        id_='<id root=" 1.2.3.4 " extension=" 1 "/>',
        code='<code code=" 34112-3 " codeSystem=" 2.16.840.1.113883.6.1 "/>',
        templates='<templateId root=" 1.2.250.1.213.1.1.1.1 "/>',
    )

    header = read(document)

    assert header.statement.unique_id == "1.2.3.4^1"
    assert header.statement.type == Coded(code="34112-3", system="2.16.840.1.113883.6.1")
    assert header.templates == ("1.2.250.1.213.1.1.1.1",)


def test_a_null_flavor_is_no_value() -> None:
    """nullFlavor says why a value is not there: its other attributes are not one."""
    document = cda(
        acts='<documentationOf><serviceEvent><effectiveTime nullFlavor="UNK" value="2020"/>'
        "</serviceEvent></documentationOf>",
        encounter="",
    )

    said = read(document).statement

    assert said.service_start is None
    assert said.facility_type is None


def test_the_first_dated_act_is_the_principal_one() -> None:
    """CI-SIS: codes of all acts are event codes, the date is that of the principal act."""
    acts = (
        '<documentationOf><serviceEvent><code code="A" codeSystem="1"/></serviceEvent>'
        '</documentationOf><documentationOf><serviceEvent><code code="B" codeSystem="2"/>'
        '<effectiveTime><low value="20230101"/><high value="20230105"/></effectiveTime>'
        "</serviceEvent></documentationOf>"
    )

    said = read(cda(acts=acts)).statement

    assert [code.code for code in said.event_codes] == ["A", "B"]
    assert (said.service_start, said.service_stop) == ("2023-01-01", "2023-01-05")


def test_the_principal_act_is_the_one_that_somebody_did() -> None:
    """CI-SIS: effectiveTime and performer are due of the principal act; another may be dated, and
    come before it."""
    act = "<documentationOf><serviceEvent><effectiveTime><low value='20230101'/></effectiveTime>"
    before = f"{act}</serviceEvent></documentationOf>"

    said = read(cda(acts=before + ACT)).statement

    assert said.service_start == "2024-04-01T06:30:00.000Z"
    assert said.practice_setting == "ETABLISSEMENT"


def test_an_act_may_be_a_point_in_time() -> None:
    """IVL_TS may carry a value instead of bounds."""
    acts = (
        "<documentationOf><serviceEvent><effectiveTime value='20230102'/></serviceEvent>"
        "</documentationOf>"
    )

    assert read(cda(acts=acts)).statement.service_start == "2023-01-02"


def test_several_authors_and_devices_are_all_kept() -> None:
    """An apparatus has a name and no person; a person may have no structure."""
    device = (
        '<author><assignedAuthor><id root="9.9" extension="x"/>'
        '<code code="DISPOSITIF"/><assignedAuthoringDevice><softwareName>SGL</softwareName>'
        "</assignedAuthoringDevice></assignedAuthor></author>"
    )

    authors = read(cda(authors=AUTHOR + device)).statement.authors

    assert [a.national_id for a in authors] == ["801234567897", None]
    assert authors[1].device == "SGL"


SIGNED = """
<legalAuthenticator><time value="20240402111700+0200"/><signatureCode code="S"/><assignedEntity>
<id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
<assignedPerson><name><given>Hélène</given><family>ESSAI</family></name></assignedPerson>
<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1750712184"/>
</representedOrganization></assignedEntity></legalAuthenticator>"""


def test_who_is_responsible_for_it_is_read() -> None:
    """CI-SIS, "legalAuthenticator": whoever answers for a document that others wrote."""
    assert read(cda(authors=AUTHOR + SIGNED)).statement.legal_authenticator == Author(
        national_id="801234567897",
        family="ESSAI",
        given="Hélène",
        specialty="G15_10/SM26",
        institution="1750712184",
    )
    assert read(cda()).statement.legal_authenticator is None


def test_its_place_among_its_versions_is_read() -> None:
    """CDA R2 4.2.1.7 and 4.2.1.8: a set keeps its id, each version has a number of its own."""
    versions = '<setId root="1.2.3.9" extension="A"/><versionNumber value="{}"/>'
    said = read(cda(effective=versions.format("3"))).statement

    assert (said.set_id, said.version_number) == ("1.2.3.9^A", 3)
    with pytest.raises(InvalidRequest) as refused:
        read(cda(effective=versions.format("three")))
    assert any("version_number" in field for field in refused.value.fields)


def test_only_replacements_name_what_is_replaced() -> None:
    """An addendum (APND) leaves the document it adds to in force."""
    appended = replacing("1.2.3.4^0").replace("RPLC", "APND")

    assert read(cda(related=appended)).statement.replaces == ()
    assert read(cda(related=replacing("1.2.3.4^0"))).statement.replaces == ("1.2.3.4^0",)


def test_a_document_is_about_one_person() -> None:
    """A record holds the documents of one person alone."""
    for patients in ("", PATIENT + PATIENT):
        with pytest.raises(InvalidRequest) as refusal:
            read(cda(patient=patients))
        assert "content.patient" in refusal.value.fields


@pytest.mark.parametrize(
    ("hl7", "iso"),
    [
        ("2024", "2024"),
        ("202404", "2024-04"),
        ("20240402", "2024-04-02"),
        ("2024040211", "2024-04-02T09:00:00.000Z"),
        ("202404021117+0200", "2024-04-02T09:17:00.000Z"),
        ("20240402111700", "2024-04-02T09:17:00.000Z"),
        ("20240102111700", "2024-01-02T10:17:00.000Z"),
        ("20240402111700.1234-0330", "2024-04-02T14:47:00.123Z"),
        ("20240402111700.1234567+02", "2024-04-02T09:17:00.123Z"),
        ("20161231235960+0000", "2016-12-31T23:59:59.000Z"),
    ],
)
def test_timestamps_of_every_precision(hl7: str, iso: str) -> None:
    """Without an offset the hour is that of metropolitan France, summer or winter."""
    assert read_timestamp(hl7) == iso


@pytest.mark.parametrize(
    "text",
    ["", "24", "20241", "20241301", "20240230", "2024040225", "20240402+100", "x"]
    + ["00010101000000+0100", "99991231235959+0000"],
)
def test_what_is_no_timestamp_is_refused_naming_the_field(text: str) -> None:
    """A date that cannot be must not become another one."""
    with pytest.raises(ValueError, match=r".+"):
        read_timestamp(text)
    if text:
        with pytest.raises(InvalidRequest) as refusal:
            read(cda(effective=f'<effectiveTime value="{text}"/>'))
        assert "content.creation" in refusal.value.fields


def test_the_day_is_the_french_one() -> None:
    """Half past midnight in Paris is still the day before in UTC."""
    assert civil_date("2024-04-01T22:30:00.000Z") == "2024-04-02"
    assert civil_date("2024-04") == "2024-04"


def test_a_birth_date_of_no_calendar_is_kept() -> None:
    """INSi gives such days (1979-02-30), and the document must match its record."""
    patient = PATIENT.replace("19790328", "19790230")

    assert read(cda(patient=patient)).patient.traits.birth_date == "1979-02-30"


@pytest.mark.parametrize(
    "written", ["197903280030+0400", "19790328003000+0200", "19790328233000-0400", "1979032800"]
)
def test_an_hour_of_birth_is_that_of_the_place(written: str) -> None:
    """La Réunion and Martinique, and a summer time that was written in winter: by the clock of
    Paris each of them was another person's."""
    patient = PATIENT.replace("19790328", written)

    assert read(cda(patient=patient)).patient.traits.birth_date == "1979-03-28"


def test_a_birth_date_may_say_an_hour() -> None:
    """Of newborns; what is compared is the day, in France."""
    patient = PATIENT.replace("19790328", "197903272330+0000")

    assert read(cda(patient=patient)).patient.traits.birth_date == "1979-03-28"
