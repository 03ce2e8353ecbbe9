"""The same report as a PDF, by the reportlab library: what a court or a file keeps."""

from collections.abc import Iterator
from datetime import UTC
from html import escape

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from scripts.cli.audit_part import Part, rows_of
from scripts.cli.audit_redecide import Redecided
from scripts.cli.audit_report import UNHEARD, Subject, verdict
from services.audit.domain.report import SENTENCES, VerificationReport
from shared.kernel.french import counted
from shared.printing.sheets import print_sheets
from shared.printing.text import HEADLINE, REGULAR, SECTION, SMALL, STRONG, TEXT, code, marked, text

DONE, REFUSED, GOOD, BAD = (HexColor(c) for c in ("#1d4f91", "#a3182b", "#0b6b4f", "#a3182b"))
_ACT = ParagraphStyle("act", parent=TEXT, keepWithNext=1)
_FACTS = ParagraphStyle("facts", parent=SMALL, leftIndent=10, spaceAfter=3)
BAR, LABEL, ROW = 250, 110, 15


def print_report(
    report: VerificationReport, again: Redecided | None, subject: Subject, part: Part | None
) -> bytes:
    """Black on white but for the verdict and the bars; every number is written out."""
    story = [*_head(report, again, subject), *_findings(report)]
    story += [*_services(report), *_log(report, subject)]
    if part:
        story += [*_part(part)]
    return print_sheets("Rapport de vérification du journal", story)


def _head(
    report: VerificationReport, again: Redecided | None, subject: Subject
) -> Iterator[Flowable]:
    clean, said, _ = verdict(report, again)
    colour = GOOD if clean else BAD
    yield text("Rapport de vérification du journal", HEADLINE)
    yield text(f"{subject.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    yield Spacer(1, 4 * mm)
    style = ParagraphStyle("verdict", parent=STRONG, fontSize=13, leading=18, textColor=colour)
    yield text(said, style)
    events = sum(count.events for count in report.services.values())
    decisions = again.decisions if again else "non refaites"
    if again and again.unreached:
        decisions = (
            f"{again.decisions} (non refaites, faute du fichier de clés : {again.unreached})"
        )
    yield text(
        f"Entrées du journal : {report.log_size} ; événements comparés : {events} ; documents"
        f" comparés : {report.documents} ; décisions refaites : {decisions} ; écarts :"
        f" {report.found.total()}."
    )
    if again and not again.heard:
        yield text(UNHEARD[0])


def _findings(report: VerificationReport) -> Iterator[Flowable]:
    yield text("Écarts", SECTION)
    if not report.findings:
        yield text("Aucun écart.")
    for finding in report.findings:
        yield text(SENTENCES[finding.kind][1])
        yield text(finding.where, _FACTS)


def _services(report: VerificationReport) -> Iterator[Flowable]:
    yield text("Par service", SECTION)
    for name, count in sorted(report.services.items()):
        yield text(
            f"{name} : événements {count.events}, retrouvés au journal {count.matched},"
            f" effacés {count.erased}, en attente {count.pending}"
        )


def _log(report: VerificationReport, subject: Subject) -> Iterator[Flowable]:
    yield text("Le journal signé", SECTION)
    yield code([report.origin, f"{report.log_size} {report.root}", subject.vkey])


def _part(part: Part) -> Iterator[Flowable]:
    yield text("Accès par rôle et par issue", SECTION)
    yield text(f"{part.title} : {counted(part.total, 'acte')}.")
    yield Spacer(1, 3 * mm)
    yield _chart(part)
    yield text(f"Usages de mandats d’audit parmi ces actes : {part.mandates}.")
    if part.erased:
        yield text(f"Événements effacés, dont les clés ont été détruites : {part.erased}.")
    yield text("Chronologie", SECTION)
    for act in part.acts:
        refused = "<b>Refusé.</b> " if act["refused"] else ""
        at = act["at"][:19].replace("T", " ")
        yield marked(f"{at} – {refused}{escape(act['sentence_fr'])}", _ACT)
        facts = (act["who"], act["action"], act["right"], ", ".join(act["rules"]), act["place"])
        yield text(" · ".join(fact for fact in facts if fact), _FACTS)


def _chart(part: Part) -> Drawing:
    rows = rows_of(part)
    longest = max((done + refused for _, done, refused in rows), default=1)
    drawing = Drawing(LABEL + BAR + 90, ROW * max(len(rows), 1) + 4)
    for index, (role, done, refused) in enumerate(rows):
        y = drawing.height - ROW * (index + 1)
        wide, more = BAR * done / longest, BAR * refused / longest
        drawing.add(String(LABEL - 6, y + 2, role, fontName=REGULAR, fontSize=8, textAnchor="end"))
        for x, width, colour in ((LABEL, wide, DONE), (LABEL + wide, more, REFUSED)):
            bar = Rect(x, y, width, 9)
            bar.fillColor, bar.strokeWidth = colour, 0
            drawing.add(bar)
        said = f"{done}" + (f", {counted(refused, 'refusé')}" if refused else "")
        drawing.add(String(LABEL + wide + more + 5, y + 2, said, fontName=REGULAR, fontSize=8))
    return drawing
