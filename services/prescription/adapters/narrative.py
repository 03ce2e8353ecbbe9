"""The text of a CDA section, which is what its author signed; entries refer to pieces of it by ID
(HL7 CDA R2, 4.3.5)."""

from collections.abc import Iterator

from shared.cda.tree import HL7, Element, attribute, child

_H = f"{{{HL7}}}"
_BREAKS = {
    f"{_H}{name}"
    for name in ("br", "caption", "item", "list", "paragraph", "table", "td", "th", "tr")
}
"""Elements between which there is white space when they are shown."""
_CELLS = {f"{_H}td", f"{_H}th"}
_ROWS = {f"{_H}tr", f"{_H}item", f"{_H}paragraph"}
NOTHING = {"", "-", "—"}
"""How a piece of text says nothing."""


class Narrative:
    def __init__(self, section: Element) -> None:
        text = child(section, "text")
        pieces = list(text.iter()) if text is not None else []
        self._named = {piece.get("ID", "").strip(): piece for piece in reversed(pieces)}
        self._parents = {one: piece for piece in pieces for one in piece}

    def words(self, element: Element | None) -> str:
        """What an element that holds text, or a ``reference`` to it, says; empty if nothing."""
        return _legible(self._piece(element)) or (_legible(element) if element is not None else "")

    def row(self, element: Element | None) -> str:
        """What stands beside the piece that an element refers to: the other cells of its row, each
        under its heading, or the rest of its item or paragraph. Empty if nothing."""
        piece = self._piece(element)
        row, cell = piece, None
        while row is not None and row.tag not in _ROWS:
            cell = row if row.tag in _CELLS else cell
            row = self._parents.get(row)
        if row is None or piece is None:
            return ""
        cells = [one for one in row if one.tag in _CELLS]
        if not cells:
            return _legible(row).removeprefix(_legible(piece)).strip(" :,;")
        said = zip(self._headings(row, len(cells)), cells, strict=True)
        told = [(head, _legible(one)) for head, one in said if one is not cell]
        return " ; ".join(f"{head}{words}" for head, words in told if words not in NOTHING)

    def _headings(self, row: Element, count: int) -> list[str]:
        """Empty ones where the table has not one heading for each cell."""
        table: Element | None = row
        while table is not None and table.tag != f"{_H}table":
            table = self._parents.get(table)
        heads = table.findall(f"{_H}thead/{_H}tr/{_H}th") if table is not None else []
        if len(heads) != count:
            return [""] * count
        return [f"{words} : " if (words := _legible(head)) else "" for head in heads]

    def _piece(self, element: Element | None) -> Element | None:
        """References are written ``#ID``, some without ``#``."""
        wanted = attribute(element, "reference", "value") or ""
        return self._named.get(wanted.removeprefix("#")) if wanted else None


def _legible(element: Element | None) -> str:
    return " ".join("".join(_pieces(element)).split()) if element is not None else ""


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for one in element:
        apart = " " if one.tag in _BREAKS else ""
        yield apart
        yield from _pieces(one)
        yield apart + (one.tail or "")
