"""Words on paper: letters, styles, paragraphs.

The letters are embedded (Liberation Sans, SIL OFL 1.1): the fonts that every PDF reader has lack
those of many names, such as ``Łukasz`` or ``Dvořák``.
"""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Preformatted

from shared.kernel.french import unbroken

REGULAR, BOLD = "LiberationSans", "LiberationSans-Bold"
_FILES = Path(__file__).parent / "fonts"
registerFont(TTFont(REGULAR, _FILES / "LiberationSans-Regular.ttf"))
registerFont(TTFont(BOLD, _FILES / "LiberationSans-Bold.ttf"))
registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)

HEADLINE = ParagraphStyle("headline", fontName=BOLD, fontSize=16, leading=22, spaceAfter=6)
SECTION = ParagraphStyle(
    "section", fontName=BOLD, fontSize=12, leading=16, spaceBefore=10, spaceAfter=3, keepWithNext=1
)
TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=14)
STRONG = ParagraphStyle("strong", parent=TEXT, fontName=BOLD)
HEAD = ParagraphStyle("head", parent=STRONG, keepWithNext=1)
"""Of a few lines, such as those of a day."""
ITEM = ParagraphStyle("item", parent=TEXT, leftIndent=10, bulletIndent=0, spaceAfter=3)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=11)
_CODE = ParagraphStyle("code", fontName="Courier", fontSize=8, leading=11)
_SIGNS = 95
"""Of :data:`_CODE` on a line."""


def text(words: str, style: ParagraphStyle = TEXT) -> Paragraph:
    """The words as they are, whatever they hold."""
    return marked(escape(words), style)


def marked(markup: str, style: ParagraphStyle = TEXT, bullet: str | None = None) -> Paragraph:
    """With reportlab's markup (``<b>``); what others wrote in it is escaped by the caller."""
    return Paragraph(unbroken(markup), style, bulletText=bullet)


def code(lines: Sequence[str]) -> Flowable:
    """ASCII to be compared or typed, sign by sign; what is longer than a line goes on below."""
    return Preformatted("\n".join(lines), _CODE, maxLineLength=_SIGNS)


def signature_lines(signature: bytes) -> tuple[str, str]:
    """An Ed25519 signature in base64, for :func:`code`."""
    written = base64.b64encode(signature).decode()
    return f"Signature : {written[:44]}", f"            {written[44:]}"
