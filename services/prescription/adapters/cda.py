"""Reads the lines of a CDA R2 prescription (CI-SIS eP-MED-DM, IHE Pharmacy PRE, formatCode
urn:ihe:pharm:pre:2010).

What a dispensation counts is read from the entries, how it is to be taken from the text that the
prescriber signed (``cda_dosage``). The vault checks the document and its patient, and keeps it.
"""

import re
from collections.abc import Iterator

from services.prescription.adapters import cda_amounts as amounts
from services.prescription.adapters import cda_header as header
from services.prescription.adapters.cda_dosage import read_dosage
from services.prescription.adapters.cda_marks import read_marks
from services.prescription.adapters.cda_products import read_product
from services.prescription.adapters.narrative import Rows
from services.prescription.adapters.refused import refused
from services.prescription.domain.ports import Read
from services.prescription.domain.terms import Origin, Wanted
from shared.cda.tree import (
    HL7,
    Element,
    attribute,
    child,
    children,
    clinical_document,
    has_template,
)
from shared.kernel.errors import TooLarge

SECTIONS = {
    "medicine": (
        "57828-6",
        {"1.3.6.1.4.1.19376.1.9.1.2.1", "1.2.250.1.213.1.1.2.171"},
    ),
    "device": ("46264-8", {"1.2.250.1.213.1.1.2.222"}),
}
"""Kind of its lines to the LOINC code of a section and to its templates (IHE, CI-SIS)."""
SUBSTITUTION = {"1.2.250.1.213.1.1.3.87", "1.3.6.1.4.1.19376.1.9.1.3.9.1"}
"""CI-SIS and IHE templates of the act that allows or forbids substitution; N: none."""
ORDERS = {"INT", "RQO"}
"""HL7 moods of what is to be done; EVN: it was."""
OVER = {"aborted", "cancelled", "held", "nullified", "obsolete", "suspended"}
"""HL7 ActStatus of what is not, or no longer, to be done."""
UID = re.compile(r"[0-9A-Za-z.-]{1,128}")
MAX_EXTENSION = 256
MAX_BYTES = 5_000_000
MAX_LINES = 50


class CdaDocuments:
    def read(self, data: bytes) -> Read:
        if len(data) > MAX_BYTES:
            raise TooLarge(fields={"content": f"is larger than {MAX_BYTES} bytes"})
        root = clinical_document(data)
        if attribute(root, "code", "code") != header.TYPE:
            raise refused(f"the document is no prescription ({header.TYPE})")
        rows = Rows(root)
        lines = tuple(
            line
            for section in root.iter(f"{{{HL7}}}section")
            for line in _lines(section, rows, root)
        )
        if not 0 < len(lines) <= MAX_LINES:
            raise refused(f"there must be 1 to {MAX_LINES} lines of prescription")
        return Read(
            lines=lines,
            authors=header.authors(root),
            written_on=header.written_on(root),
            with_hour=header.says_hour(root),
            valid_from=header.valid_from(root),
            valid_until=header.valid_until(root),
        )


def _kind(section: Element) -> str | None:
    """Its code may be missing, its templates too; ``None`` for a section of something else."""
    codes = {attribute(section, path, "code") for path in ("code", "code/translation")}
    for kind, (code, templates) in SECTIONS.items():
        if code in codes or has_template(section, templates):
            return kind
    return None


def _lines(section: Element, rows: Rows, root: Element) -> Iterator[Wanted]:
    kind = _kind(section)
    if kind is None:
        return
    for entry in children(section, "entry"):
        acts = [
            act for name in ("substanceAdministration", "supply") for act in children(entry, name)
        ]
        if len(acts) != 1:
            raise refused("an entry is no line of prescription")
        yield _line(acts[0], kind, rows, root)


def _line(act: Element, kind: str, rows: Rows, root: Element) -> Wanted:
    if not _is_ordered(act):
        raise refused("a line orders nothing: see its moodCode, negationInd and statusCode")
    product = read_product(act, rows.narrative)
    if product is None:
        raise refused("a line names no product")
    quantity = amounts.quantity(act)
    renewals = amounts.renewals(act, sufficient=quantity.sufficient)
    return Wanted(
        kind=kind,
        product=product,
        quantity=quantity.count,
        unit=quantity.unit,
        sufficient=quantity.sufficient,
        renewals=renewals.count,
        unlimited=renewals.unlimited,
        until=renewals.until,
        renewed_from=renewals.begins,
        substitutable=_substitutable(act),
        dosage=read_dosage(act, product, rows),
        marks=read_marks(act),
        origin=_origin(act, root),
    )


def _is_ordered(act: Element) -> bool:
    return (
        act.get("moodCode", "INT") in ORDERS
        and act.get("negationInd") not in {"true", "1"}
        and attribute(act, "statusCode", "code") not in OVER
    )


def _substitutable(act: Element) -> bool:
    return all(
        attribute(inner, "code", "code") != "N"
        for inner in children(act, "entryRelationship/act")
        if has_template(inner, SUBSTITUTION)
    )


def _origin(act: Element, root: Element) -> Origin | None:
    """What a dispensation refers to. ``None`` where the document gives the line no id."""
    item, document = (_identifier(child(of, "id")) for of in (act, root))
    return Origin(item=item, document=document) if item and document else None


def _identifier(element: Element | None) -> tuple[str, str] | None:
    """``None`` for what is no id (HL7 II: an OID, a UUID or a name, without white space)."""
    if element is None:
        return None
    root, extension = element.get("root", "").strip(), element.get("extension", "").strip()
    is_one = bool(UID.fullmatch(root)) and len(extension) <= MAX_EXTENSION
    return (root, extension) if is_one else None
