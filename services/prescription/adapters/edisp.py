"""What was dispensed, as a CDA R2 document: CI-SIS eDISP-MED_2024.01 (formatCode
urn:ihe:pharm:dis:2010), one entry for each line of which something left.

Ids are OIDs made of UUIDs (2.25, ITU-T X.667), so that the same dispensation is the same document.
"""

from datetime import datetime
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from services.prescription.domain.given import LEAVES, Given, What
from services.prescription.domain.ports import HandedOver
from services.prescription.domain.terms import Product
from shared.kernel.french import FRANCE

HL7 = "urn:hl7-org:v3"
register_namespace("", HL7)
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
ENTRY = (
    "1.2.250.1.213.1.1.3.204",  # FR-Traitement-dispense
    "1.3.6.1.4.1.19376.1.9.1.3.4",
    "2.16.840.1.113883.10.20.1.34",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7.3",
)
PRODUCT = (
    "2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43",
)  # fmt: skip
PRESCRIBED = ("1.2.250.1.213.1.1.3.90", "1.3.6.1.4.1.19376.1.9.1.3.11")
SUBSTITUTION = ("1.2.250.1.213.1.1.3.206", "1.3.6.1.4.1.19376.1.9.1.3.9.2")
NOTE = ("1.2.250.1.213.1.1.3.207", "1.3.6.1.4.1.19376.1.5.3.1.4.3.1")
TITLE, TITLE_REVERSED = "Dispensation de produits de santé", "Dispensation annulée"
WORDS = {
    What.DISPENSED: "délivré",
    What.SUBSTITUTED: "substitué",
    What.MODIFIED: "modifié avec l’accord du prescripteur",
    What.EXCEPTIONAL: "renouvelé à titre exceptionnel",
    What.NOT_DISPENSED: "non délivré",
    What.LATER: "remis à plus tard",
}
_SEX = {"M": "M", "F": "F", "I": "UN"}


def write_edisp(handed: HandedOver) -> bytes:
    """Of someone whose INS is qualified: a document without it would be nobody's."""
    root = Element(f"{{{HL7}}}ClinicalDocument")
    _head(root, handed)
    _patient(root, handed)
    _people(root, handed)
    _act(root, handed)
    if handed.dispensation.reversed_for:
        parent = _put(_put(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        _put(parent, "id", root=_oid(UUID(handed.dispensation.id)))
    _encounter(root, handed)
    _body(root, handed)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _head(root: Element, handed: HandedOver) -> None:
    dispensation = handed.dispensation
    reversed_ = dispensation.reversed_for is not None
    first = UUID(dispensation.id)
    _put(root, "realmCode", code="FR")
    _put(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    _templates(root, DOCUMENT)
    _put(root, "templateId", root=MODEL[0], extension=MODEL[1])
    _put(root, "id", root=_oid(first, 2 if reversed_ else 1))
    _loinc(root, TYPE, TYPE_FR)
    _put(root, "title", TITLE_REVERSED if reversed_ else TITLE)
    _put(root, "effectiveTime", value=_time(handed.at))
    _put(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25")
    _put(root, "languageCode", code="fr-FR")
    _put(root, "setId", root=_oid(first))
    _put(root, "versionNumber", value="2" if reversed_ else "1")


def _patient(root: Element, handed: HandedOver) -> None:
    traits = handed.names.traits
    role = _put(_put(root, "recordTarget"), "patientRole")
    if traits.ins:
        _put(role, "id", root=traits.ins[1], extension=traits.ins[0])
    _put(role, "addr", nullFlavor="NASK")
    _put(role, "telecom", nullFlavor="NASK")
    person = _put(role, "patient")
    name = _put(person, "name")
    _put(name, "family", traits.birth_name, qualifier="BR")
    _put(name, "given", traits.first_given_name, qualifier="BR")
    _put(
        person,
        "administrativeGenderCode",
        code=_SEX[traits.sex],
        codeSystem="2.16.840.1.113883.5.1",
    )
    _put(person, "birthTime", value=traits.birth_date.replace("-", ""))


def _people(root: Element, handed: HandedOver) -> None:
    """The pharmacist writes and answers for it; the pharmacy keeps it."""
    author = _put(root, "author")
    _put(author, "time", value=_time(handed.at))
    _pharmacist(_put(author, "assignedAuthor"), handed)
    keeper = _put(
        _put(_put(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization"
    )
    _place(keeper, handed)
    signed = _put(root, "legalAuthenticator")
    _put(signed, "time", value=_time(handed.at))
    _put(signed, "signatureCode", code="S")
    _pharmacist(_put(signed, "assignedEntity"), handed)


def _act(root: Element, handed: HandedOver) -> None:
    event = _put(_put(root, "documentationOf"), "serviceEvent")
    _loinc(event, TYPE, TYPE_FR)
    _put(_put(event, "effectiveTime"), "low", value=_time(handed.at))
    performer = _put(_put(event, "performer", typeCode="PRF"), "assignedEntity")
    organization = _pharmacist(performer, handed)
    _put(organization, "standardIndustryClassCode", code="AMBULATOIRE", displayName="Ambulatoire",
         codeSystem="1.2.250.1.213.1.1.4.9")  # fmt: skip


def _encounter(root: Element, handed: HandedOver) -> None:
    encounter = _put(_put(root, "componentOf"), "encompassingEncounter")
    _put(encounter, "effectiveTime", value=_time(handed.at))
    facility = _put(_put(encounter, "location"), "healthCareFacility")
    _put(facility, "code", code="SA33", displayName="Pharmacie d'officine",
         codeSystem="1.2.250.1.71.4.2.4")  # fmt: skip


def _body(root: Element, handed: HandedOver) -> None:
    body = _put(_put(root, "component"), "structuredBody")
    section = _put(_put(body, "component"), "section")
    _templates(section, SECTION)
    _put(section, "id", root=_oid(UUID(handed.dispensation.id)), extension="section")
    _loinc(section, "60590-7", "Médicaments délivrés")
    _put(section, "title", "Médicaments délivrés")
    rows = _put(_put(_put(section, "text"), "table"), "tbody")
    for given in handed.dispensation.given:
        _put(_put(_put(rows, "tr"), "td"), "content", _said(given, handed), ID=_mark(given))
    for product in handed.dispensation.handwritten:
        _put(_put(_put(rows, "tr"), "td"), "content", f"{product.label} (ajout manuscrit)")
    for given in handed.dispensation.given:
        if given.what in LEAVES:
            _entry(_put(section, "entry"), given, handed)


def _entry(entry: Element, given: Given, handed: HandedOver) -> None:
    supply = _put(entry, "supply", classCode="SPLY", moodCode="EVN")
    _templates(supply, ENTRY)
    _put(supply, "id", root=_oid(UUID(handed.dispensation.id)), extension=str(given.line))
    _refer(supply, given)
    _put(supply, "quantity", value=str(handed.left(given)))
    _product(_put(supply, "product"), given.product or handed.lines[given.line].product, given)
    prescribed = _put(
        _put(supply, "entryRelationship", typeCode="REFR", inversionInd="false"),
        "substanceAdministration", classCode="SBADM", moodCode="INT",
    )  # fmt: skip
    _templates(prescribed, PRESCRIBED)
    _put(prescribed, "id", root=_oid(handed.prescription_id), extension=str(given.line))
    _put(prescribed, "code", code="PREItem", displayName="Prescription Item",
         codeSystem="1.3.6.1.4.1.19376.1.9.2.2")  # fmt: skip
    product = _put(_put(prescribed, "consumable"), "manufacturedProduct")
    _put(product, "manufacturedMaterial", nullFlavor="NA")
    if given.what is What.SUBSTITUTED:
        act = _put(_put(supply, "entryRelationship", typeCode="COMP"), "act",
                   classCode="ACT", moodCode="EVN")  # fmt: skip
        _templates(act, SUBSTITUTION)
        _put(act, "code", code="E", displayName="Équivalent", codeSystem="2.16.840.1.113883.5.1070")
    if given.reason:
        act = _put(_put(supply, "entryRelationship", typeCode="SUBJ", inversionInd="true"), "act",
                   classCode="ACT", moodCode="INT")  # fmt: skip
        _templates(act, NOTE)
        _put(act, "code", code="FINSTRUCT", codeSystem="1.3.6.1.4.1.19376.1.5.3.2")
        _refer(act, given)


def _product(product: Element, what: Product, given: Given) -> None:
    made = _put(product, "manufacturedProduct", classCode="MANU")
    _templates(made, PRODUCT)
    material = _put(made, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND")
    _templates(material, ("1.3.6.1.4.1.19376.1.9.1.3.1",))
    coded = {"code": what.code, "codeSystem": what.system} if what.code and what.system else None
    code = _put(material, "code", **(coded or {"nullFlavor": "NA"}))
    _put(_put(code, "originalText"), "reference", value=f"#{_mark(given)}")
    _put(material, "name", what.label)


def _pharmacist(holder: Element, handed: HandedOver) -> Element:
    """Answers their organization."""
    _put(holder, "id", root=PS_IDNAT, extension=handed.dispensation.professional)
    _put(holder, "code", code=handed.specialty, codeSystem=SPECIALTIES)
    _put(holder, "addr", nullFlavor="NASK")
    _put(holder, "telecom", nullFlavor="NASK")
    name = _put(_put(holder, "assignedPerson"), "name")
    _put(name, "given", handed.names.given)
    _put(name, "family", handed.names.family or handed.dispensation.professional)
    organization = _put(holder, "representedOrganization")
    _place(organization, handed)
    return organization


def _place(organization: Element, handed: HandedOver) -> None:
    _put(organization, "id", root=STRUCT_IDNAT, extension=handed.dispensation.facility)
    _put(organization, "name", handed.place)


def _said(given: Given, handed: HandedOver) -> str:
    line = handed.lines[given.line]
    name = (given.product or line.product).label
    instead = f" (prescrit : {line.product.label})" if given.product else ""
    unit = f" {line.unit}" if line.unit else ""
    return f"{name}{instead} : {WORDS[given.what]}, quantité {handed.left(given)}{unit}"


def _mark(given: Given) -> str:
    return f"line-{given.line}"


def _refer(element: Element, given: Given) -> None:
    _put(_put(element, "text"), "reference", value=f"#{_mark(given)}")


def _templates(element: Element, roots: tuple[str, ...]) -> None:
    for root in roots:
        _put(element, "templateId", root=root)


def _loinc(element: Element, code: str, display: str) -> None:
    _put(element, "code", code=code, displayName=display, codeSystem=LOINC, codeSystemName="LOINC")


def _put(parent: Element, name: str, words: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, f"{{{HL7}}}{name}", attributes)
    child.text = words
    return child


def _oid(of: UUID, version: int = 1) -> str:
    """Of a later version: one arc below."""
    return f"2.25.{of.int}" + ("" if version == 1 else f".{version}")


def _time(at: datetime) -> str:
    return at.astimezone(FRANCE).strftime("%Y%m%d%H%M%S%z")
