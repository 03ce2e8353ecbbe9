"""The product of a line of a CDA prescription: medicine, preparation without a code, device."""

from collections.abc import Iterator

from services.prescription.domain.terms import Product
from shared.cda.narrative import Narrative
from shared.cda.tree import HL7, Element, child, text

MAX_LABEL = 300
MAX_CODE = 64
DISPENSED = {
    "1.2.250.1.213.2.3.1",  # CIS
    "1.2.250.1.213.2.3.2",  # CIP
    "1.2.250.1.213.2.62",  # UCD
    "1.2.250.1.213.2.59",  # Medicabase: virtual medicines
    "1.2.250.1.215.200.2.1",  # LPP
    "1.2.250.1.215.300.4",  # LPP, since 2024
}
"""Terminologies (OIDs of the CI-SIS) of what can be handed over. Others name a class of products
(ATC, EMDN): CI-SIS eP-MED-DM writes the LPP code of a device as a translation of its EMDN class."""
_THINGS = (
    "consumable/manufacturedProduct/manufacturedMaterial",
    "consumable/manufacturedProduct/manufacturedLabeledDrug",
    "product/manufacturedProduct/manufacturedMaterial",
    "product/manufacturedProduct/manufacturedLabeledDrug",
    "participant/participantRole/playingDevice",
)


def read_product(act: Element, narrative: Narrative) -> Product | None:
    """``None`` if the line names none."""
    thing = next((found for path in _THINGS if (found := child(act, path)) is not None), None)
    if thing is None:
        return None
    code = thing.find(f"{{{HL7}}}code")
    coded = _chosen(list(_coded(code)))
    labels = (
        text(child(thing, "name")),
        coded.get("displayName", "").strip() if coded is not None else None,
        text(child(thing, "manufacturerModelName")),
        narrative.words(child(code, "originalText")),
        narrative.words(child(act, "text")),
    )
    label = next(filter(None, labels), None)
    if label is None:
        return None
    return Product(
        label=label[:MAX_LABEL],
        code=_attribute(coded, "code"),
        system=_attribute(coded, "codeSystem"),
    )


def _coded(code: Element | None) -> Iterator[Element]:
    """A code and its translations, in that order, those without a code left out."""
    for one in [code, *code.iterfind(f"{{{HL7}}}translation")] if code is not None else []:
        if one is not None and one.get("code", "").strip() and "nullFlavor" not in one.attrib:
            yield one


def _chosen(coded: list[Element]) -> Element | None:
    """Of what can be handed over rather than of its class."""
    dispensed = [one for one in coded if one.get("codeSystem", "").strip() in DISPENSED]
    return next(iter([*dispensed, *coded]), None)


def _attribute(element: Element | None, name: str) -> str | None:
    return element.get(name, "").strip()[:MAX_CODE] or None if element is not None else None
