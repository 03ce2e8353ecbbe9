"""How a line of a CDA prescription is to be taken: what was signed, and where no word was, what its
codes say."""

from collections.abc import Iterator

from services.prescription.adapters.cda_posology import conditions, from_codes, steps
from services.prescription.adapters.narrative import MAX_PIECE, NOTHING, Rows
from services.prescription.domain.terms import Product
from shared.cda.tree import Element, attribute, child, children

INSTRUCTIONS = {"PINSTRUCT", "FINSTRUCT"}
"""Codes (IHE PCC) of what the person, and whoever dispenses, is told."""
MAX_DOSAGE = 2000


def read_dosage(act: Element, product: Product, rows: Rows) -> str | None:
    """What stands beside the product, then under which conditions and what the person and the
    pharmacist are told."""
    signed = list(_signed(act, rows))
    told: list[str | None] = [*signed, *conditions(act, rows.narrative)]
    if any(signed):
        told += [more for step in steps(act) for more in conditions(step, rows.narrative)]
    else:
        told = [_own(act, product, rows), from_codes(act, rows.narrative), *told]
    told += _instructions(act, rows)
    said = " ; ".join(one for one in told if one and one not in NOTHING)
    return (said if len(said) <= MAX_DOSAGE else f"{said[:MAX_DOSAGE]} […]") or None


def _signed(act: Element, rows: Rows) -> Iterator[str]:
    """Steps stand in the product's row, or in rows of their own."""
    beside = rows.beside(child(act, "text"))
    yield beside
    for step in steps(act):
        words = rows.narrative.words(child(step, "text"), MAX_PIECE) or ""
        if words not in beside:
            yield words


def _own(act: Element, product: Product, rows: Rows) -> str:
    """The piece that a line refers to, if it is more than the product's name: it is "the complete
    text describing the medication" (IHE PCC Medications)."""
    words = rows.narrative.words(child(act, "text"), MAX_PIECE) or ""
    return "" if words.casefold() == product.label.casefold() else words


def _instructions(act: Element, rows: Rows) -> Iterator[str | None]:
    for inner in children(act, "entryRelationship/act"):
        if attribute(inner, "code", "code") in INSTRUCTIONS:
            yield rows.narrative.words(child(inner, "text"), MAX_PIECE)
