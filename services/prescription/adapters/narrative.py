"""What stands beside a piece of a CDA section's words: the row, the item or the paragraph."""

from collections.abc import Iterator

from shared.cda.narrative import Narrative
from shared.cda.tree import HL7, Element

_H = f"{{{HL7}}}"
_CELLS = {f"{_H}td", f"{_H}th"}
_ROWS = {f"{_H}tr", f"{_H}item", f"{_H}paragraph"}
MAX_PIECE = 10_000
"""Characters read of one piece: more than is kept of all that a line is told with."""
MAX_SPAN = 100
"""Rows, or columns, that one cell is taken to span."""
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
        if not any(one.tag in _CELLS for one in row):
            return self._told(row).removeprefix(self._told(piece)).strip(" :,;")
        told = [(head, self._told(one)) for head, one in self._around(row, cell)]
        return " ; ".join(f"{head}{words}" for head, words in told if words not in NOTHING)

    def _around(self, row: Element, cell: Element | None) -> Iterator[tuple[str, Element]]:
        """The other cells of the rows that ``cell`` spans, those that span into them included, each
        once and under its heading."""
        table: Element | None = row
        while table is not None and table.tag != f"{_H}table":
            table = self._parents.get(table)
        seen = {cell}
        for line in spanned(self._parents.get(row), row, cell):
            fresh = [(column, one) for column, one in enumerate(line) if one not in seen]
            headings = self._headings(table, len(line)) if fresh else []
            for column, one in fresh:
                if one not in seen:
                    seen.add(one)
                    yield headings[column], one

    def _headings(self, table: Element | None, count: int) -> list[str]:
        """Empty ones where the table has not one heading for each column."""
        heads = table.findall(f"{_H}thead/{_H}tr/{_H}th") if table is not None else []
        if len(heads) != count:
            return [""] * count
        return [f"{words} : " if (words := self._told(head)) else "" for head in heads]

    def _told(self, piece: Element) -> str:
        return self.narrative.told(piece, MAX_PIECE) or ""


def spanned(group: Element | None, row: Element, cell: Element | None) -> list[list[Element]]:
    """The cells, by column, of the rows that ``cell`` stands in: a cell may span several columns
    and rows of its group (HTML, as in CDA R2, 4.3.5)."""
    rows = [one for one in group if one.tag == row.tag] if group is not None else [row]
    rows = rows[max(0, rows.index(row) - MAX_SPAN) :]
    first = rows.index(row)
    count = _span(cell, "rowspan") if cell is not None else 1
    above: dict[int, tuple[Element, int]] = {}
    lines = []
    for one in rows[: first + count]:
        line = _line(one, above)
        above = {at: (held, left - 1) for at, (held, left) in above.items() if left > 1}
        lines.append(line)
    return lines[first:]


def _line(row: Element, above: dict[int, tuple[Element, int]]) -> list[Element]:
    """``above``: by column, the cell that spans into it and how many rows it has left; those that
    begin here are added."""
    line: list[Element] = []
    for cell in (one for one in row if one.tag in _CELLS):
        while len(line) in above:
            line.append(above[len(line)][0])
        for _ in range(_span(cell, "colspan") if len(line) < MAX_SPAN else 1):
            above[len(line)] = cell, _span(cell, "rowspan")
            line.append(cell)
    return [*line, *(held for at, (held, _) in sorted(above.items()) if at >= len(line))]


def _span(cell: Element, name: str) -> int:
    written = cell.get(name, "")
    is_number = written.isdecimal() and len(written) < 10
    return min(MAX_SPAN, max(1, int(written))) if is_number else 1
