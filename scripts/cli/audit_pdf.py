"""The same report as a PDF, by the reportlab library: what a court or a file keeps."""

from collections.abc import Iterator
from datetime import UTC
from html import escape
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from scripts.cli.audit_part import Part, rows_of
from scripts.cli.audit_redecide import Redecided
from scripts.cli.audit_report import Subject, verdict
from services.audit.domain.report import SENTENCES, VerificationReport

DONE, REFUSED, GOOD, BAD = (HexColor(c) for c in ("#1d4f91", "#a3182b", "#0b6b4f", "#a3182b"))
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=17, leading=23)
_SECTION = ParagraphStyle(
    "section", fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=12, spaceAfter=4
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7.5, leading=10, leftIndent=10)
_CODE = ParagraphStyle("code", fontName="Courier", fontSize=7.5, leading=10)
BAR, LABEL, ROW = 250, 110, 15


def print_report(
    report: VerificationReport, again: Redecided | None, subject: Subject, part: Part | None
) -> bytes:
    """Black on white but for the verdict and the bars; every number is written out."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=18 * mm,
        title="Rapport de vérification du journal",
        author="Carnet",
        lang="fr-FR",
        invariant=1,
    )
    story = [*_head(report, again, subject), *_findings(report)]
    story += [*_services(report), *_log(report, subject)]
    if part:
        story += [*_part(part)]
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _head(
    report: VerificationReport, again: Redecided | None, subject: Subject
) -> Iterator[Flowable]:
    clean, said, _ = verdict(report, again)
    colour = GOOD if clean else BAD
    yield Paragraph("Rapport de vérification du journal", _TITLE)
    yield Paragraph(f"{subject.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", _TEXT)
    yield Spacer(1, 4 * mm)
    style = ParagraphStyle("verdict", parent=_TITLE, fontSize=13, leading=18, textColor=colour)
    yield Paragraph(escape(said), style)
    events = sum(count.events for count in report.services.values())
    decisions = again.decisions if again else "non refaites"
    if again and again.unreached:
        decisions = f"{again.decisions} ({again.unreached} non refaites, sans le fichier de clés)"
    yield Paragraph(
        f"{report.log_size} entrées du journal ; {events} événements comparés ; {report.documents}"
        f" documents comparés ; décisions refaites : {decisions} ; {report.found.total()} écarts.",
        _TEXT,
    )


def _findings(report: VerificationReport) -> Iterator[Flowable]:
    yield Paragraph("Écarts", _SECTION)
    if not report.findings:
        yield Paragraph("Aucun écart.", _TEXT)
    for finding in report.findings:
        yield Paragraph(escape(SENTENCES[finding.kind][1]), _TEXT)
        yield Paragraph(escape(finding.where), _SMALL)


def _services(report: VerificationReport) -> Iterator[Flowable]:
    yield Paragraph("Par service", _SECTION)
    for name, count in sorted(report.services.items()):
        yield Paragraph(
            f"{escape(name)} : {count.events} événements, {count.matched} retrouvés au journal,"
            f" {count.erased} effacés, {count.pending} en attente",
            _TEXT,
        )


def _log(report: VerificationReport, subject: Subject) -> Iterator[Flowable]:
    yield Paragraph("Le journal signé", _SECTION)
    for text in (report.origin, f"{report.log_size} {report.root}", subject.vkey):
        yield Paragraph(escape(text), _CODE)


def _part(part: Part) -> Iterator[Flowable]:
    yield Paragraph("Accès par rôle et par issue", _SECTION)
    yield Paragraph(f"{escape(part.title)} : {part.total} actes.", _TEXT)
    yield Spacer(1, 3 * mm)
    yield _chart(part)
    yield Paragraph(f"Usages de mandats d’audit parmi ces actes : {part.mandates}.", _TEXT)
    if part.erased:
        said = f"Événements effacés, dont les clés ont été détruites : {part.erased}."
        yield Paragraph(said, _TEXT)
    yield Paragraph("Chronologie", _SECTION)
    for act in part.acts:
        refused = "<b>Refusé.</b> " if act["refused"] else ""
        at = act["at"][:19].replace("T", " ")
        yield Paragraph(f"{at} – {refused}{escape(act['sentence_fr'])}", _TEXT)
        facts = (act["who"], act["action"], act["right"], ", ".join(act["rules"]), act["place"])
        yield Paragraph(escape(" · ".join(fact for fact in facts if fact)), _SMALL)


def _chart(part: Part) -> Drawing:
    rows = rows_of(part)
    longest = max((done + refused for _, done, refused in rows), default=1)
    drawing = Drawing(LABEL + BAR + 90, ROW * max(len(rows), 1) + 4)
    for index, (role, done, refused) in enumerate(rows):
        y = drawing.height - ROW * (index + 1)
        wide, more = BAR * done / longest, BAR * refused / longest
        drawing.add(String(LABEL - 6, y + 2, role, fontSize=8, textAnchor="end"))
        for x, width, colour in ((LABEL, wide, DONE), (LABEL + wide, more, REFUSED)):
            bar = Rect(x, y, width, 9)
            bar.fillColor, bar.strokeWidth = colour, 0
            drawing.add(bar)
        said = f"{done}" + (f", {refused} refusés" if refused else "")
        drawing.add(String(LABEL + wide + more + 5, y + 2, said, fontSize=8))
    return drawing


def _number(canvas: Canvas, _document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, f"page {canvas.getPageNumber()}")
