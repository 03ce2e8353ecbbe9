"""What stands beside a piece of a CDA section's words: the row, the item or the paragraph."""

from shared.cda.narrative import Narrative
from shared.cda.tree import HL7, Element

_H = f"{{{HL7}}}"
_CELLS = {f"{_H}td", f"{_H}th"}
_ROWS = {f"{_H}tr", f"{_H}item", f"{_H}paragraph"}
MAX_PIECE = 10_000
"""Characters read of one piece: more than is kept of all that a line is told with."""
NOTHING = {"", "-", "—"}
"""How a piece of text says nothing."""


class Rows:
    def __init__(self, document: Element) -> None:
        self.narrative = Narrative(document)
        self._parents = {
            one: piece
            for section in document.iter(f"{_H}section")
            for text in section.iterfind(f"{_H}text")
            for piece in text.iter()
            for one in piece
        }

    def beside(self, element: Element | None) -> str:
        """The other cells of the row that an element refers into, each under its heading, or the
        rest of the item or paragraph. Empty if nothing."""
        piece = self.narrative.piece(element)
        row, cell = piece, None
        while row is not None and row.tag not in _ROWS:
            cell = row if row.tag in _CELLS else cell
            row = self._parents.get(row)
        if row is None or piece is None:
            return ""
        cells = [one for one in row if one.tag in _CELLS]
        if not cells:
            return self._told(row).removeprefix(self._told(piece)).strip(" :,;")
        said = zip(self._headings(row, len(cells)), cells, strict=True)
        told = [(head, self._told(one)) for head, one in said if one is not cell]
        return " ; ".join(f"{head}{words}" for head, words in told if words not in NOTHING)

    def _headings(self, row: Element, count: int) -> list[str]:
        """Empty ones where the table has not one heading for each cell."""
        table: Element | None = row
        while table is not None and table.tag != f"{_H}table":
            table = self._parents.get(table)
        heads = table.findall(f"{_H}thead/{_H}tr/{_H}th") if table is not None else []
        if len(heads) != count:
            return [""] * count
        return [f"{words} : " if (words := self._told(head)) else "" for head in heads]

    def _told(self, piece: Element) -> str:
        return self.narrative.told(piece, MAX_PIECE) or ""
