"""Prints a journal as a PDF that carries its own signature, by the reportlab library."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Preformatted, SimpleDocTemplate, Spacer

from services.audit.domain.printed import CONTEXT, PrintedJournal, SignedJournal
from shared.kernel.french import french_day, french_time

_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=16, leading=22)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=10, leading=14)
_LINE = ParagraphStyle("line", parent=_TEXT, leftIndent=10, spaceAfter=3)
_SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=8.5, leading=12)
_CODE = ParagraphStyle("code", fontName="Courier", fontSize=8, leading=11)
_RIGHT = (
    "Vous pouvez à tout moment prendre connaissance des traces d’accès à votre espace numérique de"
    " santé (articles L. 1111-19 et R. 1111-46 du code de la santé publique)."
)
_HOW = (
    "Signature électronique (Ed25519) du texte qui accompagne ce document, codé en UTF-8 et précédé"
    " de la ligne « carnet journal v1 » ; l’empreinte SHA-256 de ce texte est donnée ci-dessous."
    " Elle est faite avec la clé qui signe le journal de transparence."
)


class SignedPdf:
    """The same journal always gives the same signature, and the same bytes of PDF."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._fingerprint = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()

    def sign(self, journal: PrintedJournal) -> SignedJournal:
        signature = self._key.sign(CONTEXT + journal.statement.encode())
        return SignedJournal(
            pdf=self._pdf(journal, base64.b64encode(signature).decode()),
            statement=journal.statement,
            signature=signature,
            key=self._fingerprint,
        )

    def _pdf(self, journal: PrintedJournal, signature: str) -> bytes:
        out = BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=22 * mm,
            rightMargin=22 * mm,
            topMargin=22 * mm,
            bottomMargin=20 * mm,
            title="Historique des accès à un espace numérique de santé",
            author="Carnet",
            lang="fr-FR",
            invariant=1,
        )
        story = [*_head(journal), *_lines(journal), *self._foot(journal, signature)]
        document.build(story, onFirstPage=_number, onLaterPages=_number)
        return out.getvalue()

    def _foot(self, journal: PrintedJournal, signature: str) -> Iterator[Flowable]:
        digest = hashlib.sha256(journal.statement.encode()).hexdigest()
        yield Spacer(1, 8 * mm)
        yield Paragraph(_HOW, _SMALL)
        yield Spacer(1, 2 * mm)
        yield Preformatted(
            "\n".join(
                (
                    f"Texte (SHA-256) : {digest}",
                    f"Signature : {signature[:44]}",
                    f"            {signature[44:]}",
                    f"Clé (SHA-256) : {self._fingerprint}",
                    f"Journal : {journal.checkpoint.origin}, {journal.checkpoint.size} entrées",
                    f"Racine : {journal.checkpoint.root.hex()}",
                )
            ),
            _CODE,
        )


def _head(journal: PrintedJournal) -> Iterator[Flowable]:
    made = f"{french_day(journal.made_at)} à {french_time(journal.made_at)}"
    yield Paragraph("Historique des accès", _TITLE)
    yield Spacer(1, 4 * mm)
    yield Paragraph(_RIGHT, _TEXT)
    yield Spacer(1, 3 * mm)
    yield Paragraph(f"Espace numérique de santé {journal.record_id}, établi le {made}.", _TEXT)
    yield Paragraph(f"{escape(journal.asked)} : {len(journal.lines)} lignes.", _TEXT)
    yield Spacer(1, 6 * mm)


def _lines(journal: PrintedJournal) -> Iterator[Flowable]:
    day = ""
    for line in journal.lines:
        if (now := french_day(line.at)) != day:
            day = now
            yield Paragraph(f"<b>{now}</b>", _TEXT)
        yield Paragraph(f"{french_time(line.at)} – {escape(line.sentence)}", _LINE)


def _number(canvas: Canvas, _document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"page {canvas.getPageNumber()}")
