"""Words of the readable part of a CDA, which structured entries point to (``#ID``)."""

from shared.cda.tree import HL7, Element, child, text

MAX_TEXT = 2_000
"""Characters kept of a value or a label in words."""
_APART = frozenset(
    f"{{{HL7}}}{name}" for name in ("br", "caption", "item", "list", "paragraph", "td", "th", "tr")
)


class Said:
    """All words of the narrative blocks, white space collapsed, and where each ID has its own.

    Parts that have an ID lie in one another: the text is laid out once, whatever their number.
    A file inside of the document has an ID too, and is not read.
    """

    def __init__(self, document: Element) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._places: dict[str, tuple[int, int]] = {}
        for section in document.iter(f"{{{HL7}}}section"):
            for block in section.iterfind(f"{{{HL7}}}text"):
                self._lay(block)
        self._all = "".join(self._pieces)

    def under(self, name: str) -> str | None:
        start, end = self._places.get(name, (0, 0))
        return self._all[start : min(end, start + MAX_TEXT)].strip() or None

    def _lay(self, element: Element) -> None:
        """Cells, lines and paragraphs are words apart."""
        apart = " " if element.tag in _APART else ""
        start = self._length
        self._add(apart)
        self._add(element.text or "")
        for inner in element:
            self._lay(inner)
            self._add(inner.tail or "")
        self._add(apart)
        if name := element.get("ID"):
            self._places[name] = (start, self._length)

    def _add(self, piece: str) -> None:
        words = " ".join(piece.split())
        if piece[:1].isspace():
            self._put(" ")
        if words:
            self._put(words)
        if piece[-1:].isspace():
            self._put(" ")

    def _put(self, piece: str) -> None:
        if piece != " " or (self._pieces and self._pieces[-1] != " "):
            self._pieces.append(piece)
            self._length += len(piece)


def words_of(element: Element | None, said: Said) -> str | None:
    """What stands in an element, or where it points to in the readable part."""
    if element is None:
        return None
    if written := text(element):
        return written[:MAX_TEXT]
    reference = child(element, "reference")
    return (
        said.under(reference.get("value", "").strip().lstrip("#"))
        if reference is not None
        else None
    )
