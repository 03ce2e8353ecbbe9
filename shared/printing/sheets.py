"""The frame of what is printed: margins, and what stands in the foot of each sheet."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate

from shared.printing.text import REGULAR

SIDE, END = 22 * mm, 20 * mm
"""Margins: left and right, top and bottom."""


def print_sheets(title: str, story: Iterable[Flowable]) -> bytes:
    """A PDF, the same bytes for the same story. ``title``: of the document, as readers show it."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=SIDE,
        rightMargin=SIDE,
        topMargin=END,
        bottomMargin=END,
        title=title,
        author="Carnet",
        lang="fr-FR",
        invariant=1,
    )
    document.build([*story], canvasmaker=_Numbered)
    return out.getvalue()


class _Numbered(Canvas):
    """Writes ``page 1 sur 3``, so that a missing sheet is seen: all are kept until the end, when
    their number is known."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._sheets: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab calls it
        self._sheets.append(dict(vars(self)))
        self._startPage()  # type: ignore[attr-defined]  # the stubs lack it

    def save(self) -> None:
        for number, sheet in enumerate(self._sheets, start=1):
            vars(self).update(sheet)
            self.setFont(REGULAR, 8)
            self.drawRightString(A4[0] - SIDE, END / 2, f"page {number} sur {len(self._sheets)}")
            super().showPage()
        super().save()
