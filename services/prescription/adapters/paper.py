"""The paper: a PDF that a person can print, with the number in clear and in a QR code."""

from io import BytesIO
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Spacer

from services.prescription.domain.marks import Mark
from services.prescription.domain.number import printed
from services.prescription.domain.ports import Codes, Content, Printed
from services.prescription.domain.prescription import DOCUMENT_TYPE
from services.prescription.domain.terms import Line
from shared.printing.sheets import print_sheets
from shared.printing.text import HEADLINE, STRONG, text

_NUMBER = ParagraphStyle("number", fontName="Courier-Bold", fontSize=13, leading=18)
_CODE_SIDE = 35 * mm

TITLE = "Prescription de produits de santé"

MARKS = {
    Mark.LONG_TERM_ILLNESS: "En rapport avec une affection de longue durée (ALD)",
    Mark.WORK_ACCIDENT: "En rapport avec un accident du travail ou une maladie professionnelle",
    Mark.PREVENTION: "En rapport avec la prévention",
    Mark.NOT_REIMBURSED: "Non remboursable",
    Mark.OFF_LABEL: "Prescription hors autorisation de mise sur le marché",
}


class PdfPaper:
    """``fixed``: metadata of the operator's choice that no token says: ``practice_setting`` and
    ``facility_type`` (JDV_J02, JDV_J04)."""

    def __init__(self, codes: Codes, fixed: dict[str, str]) -> None:
        self._codes = codes
        self._fixed = fixed

    def document(self, what: Printed) -> Content:
        return Content(
            data=print_sheets(TITLE, self._story(what)),
            media_type="application/pdf",
            metadata=self._metadata(what),
        )

    def _story(self, what: Printed) -> list[Flowable]:
        png = BytesIO(self._codes.of(what.number).png)
        born = f", né(e) le {what.names.born:%d/%m/%Y}" if what.names.born else ""
        facility = f" — {what.facility}" if what.facility else ""
        head = [
            text("Ordonnance", HEADLINE),
            text(f"Prescripteur : {what.names.professional} ({what.prescriber}){facility}"),
            text(f"Patient : {what.names.person}{born}"),
            text(f"Prescrite le {what.issued_on:%d/%m/%Y}"),
            Spacer(1, 6 * mm),
        ]
        tail: list[Flowable] = [
            Image(png, width=_CODE_SIDE, height=_CODE_SIDE, hAlign="LEFT"),
            text(printed(what.number), _NUMBER),
        ]
        return [*head, *map(_line, what.lines), KeepTogether(tail)]

    def _metadata(self, what: Printed) -> dict[str, Any]:
        day = what.issued_on.isoformat()
        said = {
            "type": DOCUMENT_TYPE,
            "title": TITLE,
            "creation": day,
            "service_start": day,
            "author": what.prescriber,
            "specialty": what.specialty,
            **self._fixed,
        }
        return said | ({"institution": what.facility} if what.facility else {})


def _line(line: Line) -> Flowable:
    """On one sheet, whole."""
    marks = [text(" — ".join(MARKS[mark] for mark in line.marks))] if line.marks else []
    unit = f" {line.unit}" if line.unit else ""
    renewed = f", {line.deliveries} délivrances" if line.deliveries > 1 else ""
    apart = f" espacées de {line.every} jours" if line.every and line.deliveries > 1 else ""
    substitution = "" if line.substitutable else " — non substituable"
    parts: list[Flowable] = [
        text(f"{line.number}. {line.product.label}{substitution}", STRONG),
        text(f"Quantité : {line.quantity}{unit}{renewed}{apart}"),
        text(_when(line)),
    ]
    dosage = [text(line.dosage)] if line.dosage else []
    return KeepTogether([*parts, *marks, *dosage, Spacer(1, 4 * mm)])


def _when(line: Line) -> str:
    """Whoever waits for longer than the first delivery may goes for nothing (CSP R5132-22)."""
    opens = f"à partir du {line.opens_on:%d/%m/%Y}, " if line.opens_on else ""
    first = f"{opens}au plus tard le {line.first_by:%d/%m/%Y}"
    if line.deliveries == 1:
        return f"À délivrer {first}"
    return f"Première délivrance {first}, dernière au plus tard le {line.until:%d/%m/%Y}"
