"""The words of a CDA's sections, which is what its author signed; structured entries point to
pieces of them by ID (HL7 CDA R2, 4.3.5)."""

from shared.cda.tree import HL7, Element, child, text

MAX_TEXT = 2_000
"""Characters kept of a value or a label in words."""
_APART = frozenset(
    f"{{{HL7}}}{name}"
    for name in ("br", "caption", "item", "list", "paragraph", "table", "td", "th", "tr")
)
"""Elements between which there is white space when they are shown."""


class Narrative:
    """Pieces lie in one another: all words are laid out once, white space collapsed, whatever the
    number of pieces. A file inside of the document has an ID too, and is not read; nor is what was
    deleted since (4.3.5.1.1)."""

    def __init__(self, document: Element) -> None:
        self._words: list[str] = []
        self._length = 0
        self._places: dict[Element, tuple[int, int]] = {}
        self._named: dict[str, Element] = {}
        for section in document.iter(f"{{{HL7}}}section"):
            for block in section.iterfind(f"{{{HL7}}}text"):
                self._lay(block)
        self._all = "".join(self._words)

    def words(self, element: Element | None, most: int = MAX_TEXT) -> str | None:
        """What stands in an element, or in the piece that it points to."""
        written = text(element)
        return written[:most] if written else self.told(self.piece(element), most)

    def piece(self, element: Element | None) -> Element | None:
        """That an element points to: ``#ID``, which some write without ``#``."""
        reference = child(element, "reference")
        if reference is None:
            return None
        return self._named.get(reference.get("value", "").strip().lstrip("#"))

    def told(self, piece: Element | None, most: int = MAX_TEXT) -> str | None:
        """The words of a piece."""
        start, end = self._places.get(piece, (0, 0)) if piece is not None else (0, 0)
        return self._all[start : min(end, start + most)].strip() or None

    def _lay(self, element: Element) -> None:
        """Cells, lines and paragraphs are words apart."""
        apart = " " if element.tag in _APART else ""
        start = self._length
        self._add(apart)
        if element.get("revised") != "delete":
            self._add(element.text or "")
            for inner in element:
                self._lay(inner)
                self._add(inner.tail or "")
        self._add(apart)
        self._places[element] = (start, self._length)
        if name := element.get("ID", "").strip():
            self._named[name] = element

    def _add(self, piece: str) -> None:
        words = " ".join(piece.split())
        if piece[:1].isspace():
            self._put(" ")
        if words:
            self._put(words)
        if piece[-1:].isspace():
            self._put(" ")

    def _put(self, piece: str) -> None:
        if piece != " " or (self._words and self._words[-1] != " "):
            self._words.append(piece)
            self._length += len(piece)
