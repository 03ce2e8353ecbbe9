"""Writing CDA R2 documents, element by element."""

from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace

from shared.cda.tree import HL7
from shared.kernel.plain_text import for_xml

register_namespace("", HL7)


def templates(element: Element, roots: tuple[str, ...]) -> None:
    for root in roots:
        put(element, "templateId", root=root)


def identified(element: Element, root: str, extension: str) -> None:
    put(element, "id", root=root, **({"extension": extension} if extension else {}))


def put(parent: Element, name: str, words: str | None = None, **attributes: str) -> Element:
    said = {attribute: for_xml(value) for attribute, value in attributes.items()}
    child = SubElement(parent, f"{{{HL7}}}{name}", said)
    child.text = words and for_xml(words)
    return child


def oid(of: UUID, version: int = 1) -> str:
    """Of a later version: one arc below."""
    return f"2.25.{of.int}" + ("" if version == 1 else f".{version}")
