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
    said = ""
    for words in _told(act, product, rows):
        if words and words not in NOTHING:
            said = f"{said} ; {words}" if said else words
        if len(said) > MAX_DOSAGE:  # what is kept bounds what is read
            return f"{said[:MAX_DOSAGE]} […]"
    return said or None


def _told(act: Element, product: Product, rows: Rows) -> Iterator[str | None]:
    beside = rows.beside(child(act, "text"))
    signed = beside or next(_steps(act, beside, rows), "")
    if signed:
        yield beside
        yield from _steps(act, beside, rows)
    else:
        yield _own(act, product, rows)
        yield from_codes(act, rows.narrative)
    for one in (act, *steps(act)) if signed else (act,):
        yield from conditions(one, rows.narrative)
    for inner in children(act, "entryRelationship/act"):
        if attribute(inner, "code", "code") in INSTRUCTIONS:
            yield rows.narrative.words(child(inner, "text"), MAX_PIECE)


def _steps(act: Element, beside: str, rows: Rows) -> Iterator[str]:
    """They stand in the product's row, or in rows of their own."""
    for step in steps(act):
        words = rows.narrative.words(child(step, "text"), MAX_PIECE) or ""
        if words not in NOTHING and words not in beside:
            yield words


def _own(act: Element, product: Product, rows: Rows) -> str:
    """The piece that a line refers to, if it is more than the product's name: it is "the complete
    text describing the medication" (IHE PCC Medications)."""
    words = rows.narrative.words(child(act, "text"), MAX_PIECE) or ""
    return "" if words.casefold() == product.label.casefold() else words
