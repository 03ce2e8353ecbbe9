"""The entries of an eDISP-MED document (CI-SIS, IHE Pharmacy DIS), one for each line of which
something left, and the words that they refer to."""

import re
import unicodedata
from uuid import UUID
from xml.etree.ElementTree import Element

from services.prescription.adapters.cda_writing import identified, oid, put, templates
from services.prescription.adapters.tables import read_words
from services.prescription.domain.given import Given, What
from services.prescription.domain.ports import HandedOver
from services.prescription.domain.terms import Line, Product

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
NOTE = (
    "2.16.840.1.113883.10.20.1.43",
    "1.2.250.1.213.1.1.3.207",
    "1.3.6.1.4.1.19376.1.5.3.1.4.3.1",
)
WORDS = {
    What.DISPENSED: "délivré",
    What.SUBSTITUTED: "substitué",
    What.MODIFIED: "modifié avec l’accord du prescripteur",
    What.EXCEPTIONAL: "renouvelé à titre exceptionnel",
    What.NOT_DISPENSED: "non délivré",
    What.LATER: "remis à plus tard",
}
_CODES = {words: code for code, words in read_words("units").items()}


def write_line(entry: Element, given: Given, handed: HandedOver) -> None:
    supply = put(entry, "supply", classCode="SPLY", moodCode="EVN")
    templates(supply, ENTRY)
    put(supply, "id", root=oid(UUID(handed.dispensation.id)), extension=str(given.line))
    _refer(supply, given)
    put(supply, "quantity", value=str(handed.left(given)), **_unit(handed.lines[given.line]))
    _product(put(supply, "product"), given.product or handed.lines[given.line].product, given)
    _prescribed(supply, given, handed)
    if given.what is What.SUBSTITUTED:
        act = put(put(supply, "entryRelationship", typeCode="COMP"), "act",
                   classCode="ACT", moodCode="EVN")  # fmt: skip
        templates(act, SUBSTITUTION)
        # of JDV_HL7_ActSubstanceAdminSubstitutionCode_CISIS the one that is a substitution
        put(act, "code", code="G", displayName="Substitution autorisée par un produit générique",
             codeSystem="2.16.840.1.113883.5.1070")  # fmt: skip
        put(act, "statusCode", code="completed")
    act = put(put(supply, "entryRelationship", typeCode="SUBJ", inversionInd="true"), "act",
               classCode="ACT", moodCode="INT")  # fmt: skip
    templates(act, NOTE)
    put(act, "code", code="FINSTRUCT", codeSystem="1.3.6.1.4.1.19376.1.5.3.2")
    _refer(act, given)
    put(act, "statusCode", code="completed")


def _prescribed(supply: Element, given: Given, handed: HandedOver) -> None:
    """The line by its id in the prescription's document, where it was read from one."""
    origin = handed.lines[given.line].origin
    prescribed = put(
        put(supply, "entryRelationship", typeCode="REFR", inversionInd="false"),
        "substanceAdministration", classCode="SBADM", moodCode="INT",
    )  # fmt: skip
    templates(prescribed, PRESCRIBED)
    issued = (oid(handed.prescription_id), str(given.line))
    identified(prescribed, *(origin.item if origin else issued))
    put(prescribed, "code", code="PREItem", displayName="Prescription Item",
         codeSystem="1.3.6.1.4.1.19376.1.9.2.2")  # fmt: skip
    product = put(put(prescribed, "consumable"), "manufacturedProduct")
    material = put(product, "manufacturedMaterial", nullFlavor="NA")
    put(material, "name", nullFlavor="NA")
    if origin:
        outside = put(put(prescribed, "reference", typeCode="XCRPT"), "externalDocument")
        identified(outside, *origin.document)


def _unit(line: Line) -> dict[str, str]:
    """As the prescription's document has it; the prescriber's own word is an annotation (UCUM)."""
    if line.unit is None:
        return {}
    if known := _CODES.get(line.unit):
        return {"unit": known}
    if line.origin and not re.search(r"\s", line.unit):
        return {"unit": line.unit}
    plain = unicodedata.normalize("NFKD", line.unit).encode("ascii", "ignore").decode()
    word = re.sub(r"[\s{}]+", "_", plain).strip("_")
    return {"unit": f"{{{word}}}"} if word else {}


def _product(product: Element, what: Product, given: Given) -> None:
    made = put(product, "manufacturedProduct", classCode="MANU")
    templates(made, PRODUCT)
    material = put(made, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND")
    templates(material, ("1.3.6.1.4.1.19376.1.9.1.3.1",))
    coded = {"code": what.code, "codeSystem": what.system} if what.code and what.system else None
    code = put(material, "code", **(coded or {"nullFlavor": "NA"}))
    put(put(code, "originalText"), "reference", value=f"#{mark(given)}")
    put(material, "name", what.label)


def said(given: Given, handed: HandedOver) -> str:
    line = handed.lines[given.line]
    name = (given.product or line.product).label
    instead = f" (prescrit : {line.product.label})" if given.product else ""
    unit = f" {line.unit}" if line.unit else ""
    return f"{name}{instead} : {WORDS[given.what]}, quantité {handed.left(given)}{unit}"


def mark(given: Given) -> str:
    return f"line-{given.line}"


def _refer(element: Element, given: Given) -> None:
    put(put(element, "text"), "reference", value=f"#{mark(given)}")
