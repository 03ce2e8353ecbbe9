"""Reads the lines of a CDA R2 prescription (CI-SIS eP-MED-DM, formatCode urn:ihe:pharm:pre:2010).

Only what a dispensation counts is read: products, quantities, renewals, substitution. The vault
checks the document and its patient; what it keeps is the document itself.
"""

from collections.abc import Iterator

from services.prescription.domain.ports import Read
from services.prescription.domain.terms import Product, Wanted
from shared.cda.tree import HL7 as NAMESPACE
from shared.cda.tree import Element, clinical_document
from shared.kernel.errors import InvalidRequest, TooLarge

HL7 = f"{{{NAMESPACE}}}"
PS_IDNAT = "1.2.250.1.71.4.2.1"
SECTIONS = {"57828-6": "medicine", "46264-8": "device"}
"""LOINC code of a section to the kind of its lines."""
SUBSTITUTION = "1.2.250.1.213.1.1.3.87"
"""CI-SIS template of the act that allows or forbids substitution; N: none."""
SUPPLY = "1.2.250.1.213.1.1.3.86"
"""CI-SIS template of how much is to be supplied."""
MAX_BYTES = 5_000_000
MAX_LINES = 50
MAX_LABEL = 300


class CdaDocuments:
    def read(self, data: bytes) -> Read:
        if len(data) > MAX_BYTES:
            raise TooLarge(fields={"content": f"is larger than {MAX_BYTES} bytes"})
        root = clinical_document(data)
        lines = tuple(line for section in root.iter(f"{HL7}section") for line in _lines(section))
        if not 0 < len(lines) <= MAX_LINES:
            raise _refused(f"there must be 1 to {MAX_LINES} lines of prescription")
        return Read(lines=lines, authors=frozenset(_authors(root)))


def _authors(root: Element) -> Iterator[str]:
    for path in ("author/assignedAuthor", "legalAuthenticator/assignedEntity"):
        for who in root.iterfind(f".//{_path(path)}"):
            for identifier in who.iterfind(f"{HL7}id"):
                if identifier.get("root") == PS_IDNAT:
                    yield identifier.get("extension", "")


def _lines(section: Element) -> Iterator[Wanted]:
    code = section.find(f"{HL7}code")
    kind = SECTIONS.get(code.get("code", "")) if code is not None else None
    if kind is None:
        return
    for entry in section.iterfind(f"{HL7}entry"):
        for act in entry:
            if act.tag in {f"{HL7}substanceAdministration", f"{HL7}supply"}:
                yield _line(act, section, kind)


def _line(act: Element, section: Element, kind: str) -> Wanted:
    return Wanted(
        kind=kind,
        product=_product(act, section),
        quantity=max(1, _whole(_supplied(act), "value", "quantity")),
        renewals=_whole(act.find(f"{HL7}repeatNumber"), "value", "repeatNumber"),
        substitutable=_substitutable(act),
    )


def _product(act: Element, section: Element) -> Product:
    material = act.find(f".//{HL7}manufacturedMaterial")
    device = act.find(f".//{HL7}playingDevice")
    thing = material if material is not None else device
    if thing is None:
        raise _refused("a line names no product")
    code = thing.find(f"{HL7}code")
    name = thing.find(f"{HL7}name")
    said = "".join(name.itertext()).strip() if name is not None else ""
    label = (
        said or (code.get("displayName", "") if code is not None else "") or _words(thing, section)
    )
    if not label:
        raise _refused("a line names no product")
    return Product(
        label=label[:MAX_LABEL],
        code=code.get("code") if code is not None else None,
        system=code.get("codeSystem") if code is not None else None,
    )


def _words(thing: Element, section: Element) -> str:
    """A preparation without a code is named in the section's text, by reference."""
    reference = thing.find(_path("code/originalText/reference"))
    wanted = reference.get("value", "").removeprefix("#") if reference is not None else ""
    named = (e for e in section.iter() if wanted and e.get("ID") == wanted)
    return " ".join(" ".join("".join(e.itertext()) for e in named).split())


def _supplied(act: Element) -> Element | None:
    if act.tag == f"{HL7}supply":
        return act.find(f"{HL7}quantity")
    for supply in act.iterfind(f"{_path('entryRelationship/supply')}"):
        if _has_template(supply, SUPPLY):
            return supply.find(f"{HL7}quantity")
    return None


def _substitutable(act: Element) -> bool:
    for inner in act.iterfind(_path("entryRelationship/act")):
        code = inner.find(f"{HL7}code")
        if _has_template(inner, SUBSTITUTION) and code is not None:
            return code.get("code") != "N"
    return True


def _has_template(element: Element, root: str) -> bool:
    return any(t.get("root") == root for t in element.iterfind(f"{HL7}templateId"))


def _whole(element: Element | None, name: str, field: str) -> int:
    """0 where nothing is said."""
    written = element.get(name, "0") if element is not None else "0"
    if not (written.isascii() and written.isdigit() and len(written) <= 4):
        raise _refused(f"{field} is not a whole number")
    return int(written)


def _path(steps: str) -> str:
    return "/".join(f"{HL7}{step}" for step in steps.split("/"))


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The prescription cannot be read.", fields={"content": sentence})
