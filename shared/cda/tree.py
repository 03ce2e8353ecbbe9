"""XML taken from strangers: no DTD, no entity, bounded in every direction.

Expat reports a DOCTYPE before it reads what the DOCTYPE declares, so that refusing there leaves
no entity to expand and no address to fetch. The bounds make the time of a parse a function of
the content's size, which the deposit bounds first.
"""

import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator

from shared.kernel.errors import InvalidRequest

HL7 = "urn:hl7-org:v3"
CLINICAL_DOCUMENT = f"{{{HL7}}}ClinicalDocument"
STYLESHEET = "{http://www.w3.org/1999/XSL/Transform}stylesheet"

MAX_DEPTH = 100
"""Nested elements; the deepest official sample has 22."""
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 64
"""Attributes of one element."""
MAX_ATTRIBUTE_LENGTH = 65_536
"""Characters of one attribute's value."""
PIECE = 65_536
"""Bytes given to the parser at once: it keeps what it has met until the end of them, long after
the builder said no (five million bytes of nested elements took 200 MB)."""
MAX_SILENT = 4
"""Pieces in which nothing ends or goes on but one tag, comment or instruction: the parser has all
of it together before anybody can say that it is too long."""

Element = ET.Element


class _Unsafe(Exception):
    """What the parser met and may not read on from."""


class _BoundedBuilder(ET.TreeBuilder):
    """Builds the tree and stops at the first thing no clinical document needs."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0
        self._silent = 0
        """Pieces since the parser last met something."""

    def was_fed(self) -> None:
        """Another piece, and what was met in it told."""
        self._silent += 1
        if self._silent > MAX_SILENT:
            raise _Unsafe(f"a tag is longer than {MAX_SILENT * PIECE} bytes")

    def doctype(self, *_: str | None) -> None:
        raise _Unsafe("a document type declaration is not taken")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._silent = 0
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise _Unsafe(f"elements are nested deeper than {MAX_DEPTH}")
        if self._count > MAX_ELEMENTS:
            raise _Unsafe(f"there are more than {MAX_ELEMENTS} elements")
        if len(attrs) > MAX_ATTRIBUTES:
            raise _Unsafe(f"an element has more than {MAX_ATTRIBUTES} attributes")
        if any(len(value) > MAX_ATTRIBUTE_LENGTH for value in attrs.values()):
            raise _Unsafe(f"an attribute is longer than {MAX_ATTRIBUTE_LENGTH} characters")
        # Codes, OIDs and numbers are tokens: space around them is no part of them (XML Schema).
        return super().start(tag, {name: value.strip() for name, value in attrs.items()})

    def data(self, data: str) -> None:
        self._silent = 0
        super().data(data)

    def end(self, tag: str) -> Element:
        self._silent = 0
        self._depth -= 1
        return super().end(tag)


def clinical_document(content: bytes) -> Element:
    """The ``ClinicalDocument`` element of a CDA R2 document.

    The CI-SIS "autopresentable" form wraps it in a stylesheet: the document is found inside, the
    stylesheet is never run. Raises :class:`InvalidRequest` on field ``content``.
    """
    document = document_in(parsed(content))
    if document is None:
        raise _refused("this XML is not a CDA R2 ClinicalDocument")
    return document


def document_in(root: Element) -> Element | None:
    """The ``ClinicalDocument`` that an XML is, or that a stylesheet holds."""
    if root.tag == CLINICAL_DOCUMENT:
        return root
    return root.find(f".//{CLINICAL_DOCUMENT}") if root.tag == STYLESHEET else None


def parsed(content: bytes) -> Element:
    """Any XML; raises :class:`InvalidRequest` on field ``content`` for what is not safe to read."""
    builder = _BoundedBuilder()
    parser = ET.XMLParser(target=builder)  # noqa: S314 - bounded, and takes no DTD
    try:
        for at in range(0, len(content), PIECE):
            parser.feed(content[at : at + PIECE])
            builder.was_fed()
        root: Element = parser.close()
    except _Unsafe as unsafe:
        raise _refused(str(unsafe)) from None
    except (ET.ParseError, ValueError, LookupError):  # the latter two: unknown encodings
        raise _refused("this XML is not well-formed") from None
    return root


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The document cannot be read.", fields={"content": sentence})


def children(parent: Element | None, path: str) -> Iterator[Element]:
    """Elements at ``a/b/c`` below ``parent`` in the HL7 namespace, those without value left out.

    A ``nullFlavor`` (HL7 v3 data types) says that there is no value, and why.
    """
    if parent is None:
        return
    steps = "/".join(f"{{{HL7}}}{name}" for name in path.split("/"))
    for found in parent.iterfind(steps):
        if "nullFlavor" not in found.attrib:
            yield found


def child(parent: Element | None, path: str) -> Element | None:
    """The first of :func:`children`."""
    return next(children(parent, path), None)


def attribute(parent: Element | None, path: str, name: str) -> str | None:
    """The attribute of the first element at ``path`` that has it, trimmed; ``None`` if empty."""
    values = (found.get(name, "").strip() for found in children(parent, path))
    return next((value for value in values if value), None)


def has_template(element: Element, roots: Collection[str]) -> bool:
    return any(one.get("root", "") in roots for one in children(element, "templateId"))


def text(element: Element | None) -> str | None:
    """All text below an element, white space collapsed; ``None`` if there is none."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None
