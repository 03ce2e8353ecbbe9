"""The paper: a PDF that a person can print, with the number in clear and in a QR code."""

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer

from services.prescription.domain.number import printed
from services.prescription.domain.ports import Codes, Content, Printed
from services.prescription.domain.terms import Line

TITLE_STYLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=16, leading=22)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11, leading=16)
_BOLD = ParagraphStyle("bold", fontName="Helvetica-Bold", fontSize=11, leading=16)
_NUMBER = ParagraphStyle("number", fontName="Courier-Bold", fontSize=13, leading=18)
_CODE_SIDE = 35 * mm

TITLE = "Prescription de produits de santé"
TYPE = "57833-6"
"""LOINC, JDV_J07: prescription of health products."""


class PdfPaper:
    """``fixed``: metadata of the operator's choice that no token says: ``practice_setting`` and
    ``facility_type`` (JDV_J02, JDV_J04)."""

    def __init__(self, codes: Codes, fixed: dict[str, str]) -> None:
        self._codes = codes
        self._fixed = fixed

    def document(self, what: Printed) -> Content:
        out = BytesIO()
        SimpleDocTemplate(out, pagesize=A4, title=TITLE, lang="fr-FR").build(self._story(what))
        return Content(
            data=out.getvalue(), media_type="application/pdf", metadata=self._metadata(what)
        )

    def _story(self, what: Printed) -> list[Flowable]:
        png = BytesIO(self._codes.of(what.number).png)
        born = f", né(e) le {what.names.born:%d/%m/%Y}" if what.names.born else ""
        facility = f" — {what.facility}" if what.facility else ""
        head = [
            Paragraph("Ordonnance", TITLE_STYLE),
            text(f"Prescripteur : {what.names.professional} ({what.prescriber}){facility}"),
            text(f"Patient : {what.names.person}{born}"),
            text(f"Prescrite le {what.issued_on:%d/%m/%Y}"),
            Spacer(1, 6 * mm),
        ]
        tail: list[Flowable] = [
            Spacer(1, 6 * mm),
            Image(png, width=_CODE_SIDE, height=_CODE_SIDE, hAlign="LEFT"),
            Paragraph(printed(what.number), _NUMBER),
        ]
        return [*head, *(part for line in what.lines for part in _line(line)), *tail]

    def _metadata(self, what: Printed) -> dict[str, Any]:
        day = what.issued_on.isoformat()
        said = {
            "type": TYPE,
            "title": TITLE,
            "creation": day,
            "service_start": day,
            "author": what.prescriber,
            "specialty": what.specialty,
            **self._fixed,
        }
        return said | ({"institution": what.facility} if what.facility else {})


def _line(line: Line) -> list[Flowable]:
    unit = f" {line.unit}" if line.unit else ""
    renewed = f", {line.deliveries} délivrances" if line.deliveries > 1 else ""
    apart = f" espacées de {line.every} jours" if line.every and line.deliveries > 1 else ""
    substitution = "" if line.substitutable else " — non substituable"
    parts: list[Flowable] = [
        Paragraph(escape(f"{line.number}. {line.product.label}{substitution}"), _BOLD),
        text(f"Quantité : {line.quantity}{unit}{renewed}{apart}"),
        text(f"À délivrer au plus tard le {line.until:%d/%m/%Y}"),
    ]
    return [*parts, *([text(line.dosage)] if line.dosage else [])]


def text(words: str) -> Flowable:
    return Paragraph(escape(words), _TEXT)
