"""What was dispensed, as a CDA R2 document: CI-SIS eDISP-MED_2024.01 (formatCode
urn:ihe:pharm:dis:2010), one entry for each line of which something left.

Ids are OIDs made of UUIDs (2.25, ITU-T X.667), so that the same dispensation is the same document.
"""

from datetime import datetime
from uuid import UUID
from xml.etree.ElementTree import Element, tostring

from services.prescription.adapters.cda_writing import oid, put, templates
from services.prescription.adapters.edisp_lines import mark, said, write_line
from services.prescription.adapters.tables import read_words
from services.prescription.domain.given import LEAVES
from services.prescription.domain.ports import HandedOver
from shared.cda.tree import HL7
from shared.kernel.french import FRANCE

LOINC = "2.16.840.1.113883.6.1"
PS_IDNAT, STRUCT_IDNAT = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
SPECIALTIES = "1.2.250.1.213.1.1.4.5"
TYPE, TYPE_FR = "60593-1", "Dispensation médicamenteuse"
DOCUMENT = (
    "2.16.840.1.113883.2.8.2.1",  # HL7 France
    "1.2.250.1.213.1.1.1.1",  # CI-SIS, minimal structure
    "1.3.6.1.4.1.19376.1.9.1.1.3",  # IHE PHARM DIS
    "1.3.6.1.4.1.19376.1.5.3.1.1.1",  # IHE PCC
)
MODEL = ("1.2.250.1.213.1.1.1.54", "2024.01")
SECTION = ("1.2.250.1.213.1.1.2.236", "1.3.6.1.4.1.19376.1.9.1.2.3", "2.16.840.1.113883.10.20.1.8")
TITLE, TITLE_REVERSED = "Dispensation de produits de santé", "Dispensation annulée"
_SPECIALTIES = read_words("specialties")
_SEX = {"M": "M", "F": "F", "I": "UN"}


def write_edisp(handed: HandedOver) -> bytes:
    """Of someone whose INS is qualified: a document without it would be nobody's."""
    root = Element(f"{{{HL7}}}ClinicalDocument")
    _head(root, handed)
    _patient(root, handed)
    _people(root, handed)
    _act(root, handed)
    if handed.dispensation.reversed_for:
        parent = put(put(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        put(parent, "id", root=oid(UUID(handed.dispensation.id)))
    _encounter(root, handed)
    _body(root, handed)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _head(root: Element, handed: HandedOver) -> None:
    dispensation = handed.dispensation
    reversed_ = dispensation.reversed_for is not None
    first = UUID(dispensation.id)
    put(root, "realmCode", code="FR")
    put(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    templates(root, DOCUMENT)
    put(root, "templateId", root=MODEL[0], extension=MODEL[1])
    put(root, "id", root=oid(first, 2 if reversed_ else 1))
    _loinc(root, TYPE, TYPE_FR)
    put(root, "title", TITLE_REVERSED if reversed_ else TITLE)
    put(root, "effectiveTime", value=_time(handed.at))
    put(root, "confidentialityCode", code="N", displayName="Normal",
         codeSystem="2.16.840.1.113883.5.25")  # fmt: skip
    put(root, "languageCode", code="fr-FR")
    put(root, "setId", root=oid(first))
    put(root, "versionNumber", value="2" if reversed_ else "1")


def _patient(root: Element, handed: HandedOver) -> None:
    traits = handed.names.traits
    role = put(put(root, "recordTarget"), "patientRole")
    if traits.ins:
        put(role, "id", root=traits.ins[1], extension=traits.ins[0])
    put(role, "addr", nullFlavor="NASK")
    put(role, "telecom", nullFlavor="NASK")
    person = put(role, "patient")
    name = put(person, "name")
    put(name, "family", traits.birth_name, qualifier="BR")
    put(name, "given", traits.birth_given_names)
    put(name, "given", traits.first_given_name, qualifier="BR")
    put(
        person,
        "administrativeGenderCode",
        code=_SEX[traits.sex],
        codeSystem="2.16.840.1.113883.5.1",
    )
    put(person, "birthTime", value=traits.birth_date.replace("-", ""))
    place = put(put(put(person, "birthplace"), "place"), "addr")
    put(place, "county", traits.birth_place)


def _people(root: Element, handed: HandedOver) -> None:
    """The pharmacist writes and answers for it; the pharmacy keeps it."""
    author = put(root, "author")
    put(author, "time", value=_time(handed.at))
    _pharmacist(put(author, "assignedAuthor"), handed)
    keeper = put(
        put(put(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization"
    )
    _place(keeper, handed)
    signed = put(root, "legalAuthenticator")
    put(signed, "time", value=_time(handed.at))
    put(signed, "signatureCode", code="S")
    _pharmacist(put(signed, "assignedEntity"), handed)


def _act(root: Element, handed: HandedOver) -> None:
    event = put(put(root, "documentationOf"), "serviceEvent")
    _loinc(event, TYPE, TYPE_FR)
    put(put(event, "effectiveTime"), "low", value=_time(handed.at))
    performer = put(put(event, "performer", typeCode="PRF"), "assignedEntity")
    organization = _pharmacist(performer, handed)
    put(organization, "standardIndustryClassCode", code="AMBULATOIRE", displayName="Ambulatoire",
         codeSystem="1.2.250.1.213.1.1.4.9")  # fmt: skip


def _encounter(root: Element, handed: HandedOver) -> None:
    encounter = put(put(root, "componentOf"), "encompassingEncounter")
    put(encounter, "effectiveTime", value=_time(handed.at))
    facility = put(put(encounter, "location"), "healthCareFacility")
    put(facility, "code", code="SA33", displayName="Pharmacie d'officine",
         codeSystem="1.2.250.1.71.4.2.4")  # fmt: skip


def _body(root: Element, handed: HandedOver) -> None:
    body = put(put(root, "component"), "structuredBody")
    section = put(put(body, "component"), "section")
    templates(section, SECTION)
    put(section, "id", root=oid(UUID(handed.dispensation.id)), extension="section")
    _loinc(section, "60590-7", "Médicaments délivrés")
    put(section, "title", "Médicaments délivrés")
    rows = put(put(put(section, "text"), "table"), "tbody")
    for given in handed.dispensation.given:
        put(put(put(rows, "tr"), "td"), "content", said(given, handed), ID=mark(given))
    for product in handed.dispensation.handwritten:
        put(put(put(rows, "tr"), "td"), "content", f"{product.label} (ajout manuscrit)")
    for given in handed.dispensation.given:
        if given.what in LEAVES:
            write_line(put(section, "entry"), given, handed)


def _pharmacist(holder: Element, handed: HandedOver) -> Element:
    """Answers their organization."""
    put(holder, "id", root=PS_IDNAT, extension=handed.dispensation.professional)
    put(holder, "code", code=handed.specialty, codeSystem=SPECIALTIES,
         displayName=_SPECIALTIES.get(handed.specialty, handed.specialty))  # fmt: skip
    put(holder, "addr", nullFlavor="NASK")
    put(holder, "telecom", nullFlavor="NASK")
    name = put(put(holder, "assignedPerson"), "name")
    put(name, "given", handed.names.given)
    put(name, "family", handed.names.family or handed.dispensation.professional)
    organization = put(holder, "representedOrganization")
    _place(organization, handed)
    return organization


def _place(organization: Element, handed: HandedOver) -> None:
    put(organization, "id", root=STRUCT_IDNAT, extension=handed.dispensation.facility)
    put(organization, "name", handed.place)


def _loinc(element: Element, code: str, display: str) -> None:
    put(element, "code", code=code, displayName=display, codeSystem=LOINC, codeSystemName="LOINC")


def _time(at: datetime) -> str:
    return at.astimezone(FRANCE).strftime("%Y%m%d%H%M%S%z")
