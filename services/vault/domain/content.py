"""What a content is, told by its bytes: never by its name nor by what is claimed of it."""

from services.vault.domain.images import PNG_START, is_whole_jpeg, is_whole_png
from services.vault.domain.tiff import is_whole_tiff
from shared.kernel.errors import InvalidRequest
from shared.kernel.plain_text import is_plain_text, looks_like_xml

CDA = "text/xml"
PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
RTF = "application/rtf"
TEXT = "text/plain"

ALIASES = {
    "application/xml": CDA,
    "application/x-hl7-cda-level-one+xml": CDA,
    "application/hl7-cda+xml": CDA,
    "image/jpg": JPEG,
    "image/pjpeg": JPEG,
    "image/tif": TIFF,
    "text/rtf": RTF,
    "application/x-pdf": PDF,
}

_HEAD = 1024
"""Bytes that may stand before a PDF (ISO 32000-2, 7.5.2; what readers search): of a mark of UTF-8,
a printer, a mail."""


def recognise(data: bytes) -> str | None:
    """The media type of the formats taken; ``None`` for anything else, files cut short
    or damaged in their structure included.

    ``text/xml`` says only that it looks like XML: reading it shows whether it is CDA.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG if is_whole_jpeg(data) else None
    if data.startswith(PNG_START):
        return PNG if is_whole_png(data) else None
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF if is_whole_tiff(data) else None
    if data.startswith(b"{\\rt"):  # as readers: the "f" may be missing
        return RTF if data.rstrip(b"\x00 \t\r\n").endswith(b"}") else None
    if looks_like_xml(data):
        return CDA
    if b"%PDF-" in data[:_HEAD]:
        return PDF if b"%%EOF" in data[-2048:] else None
    return TEXT if is_plain_text(data) else None


def taken_for(data: bytes) -> str | None:
    """What a reader's software takes a file for, which asks less of it than :func:`recognise`:
    a PDF need not be whole, and an RTF neither."""
    if b"%PDF-" in data[:_HEAD]:
        return PDF
    return RTF if data.startswith(b"{\\rt") else recognise(data)


def require_declared(found: str, declared: str | None, field: str) -> None:
    """A content must be what it is said to be: ``declared`` may carry parameters and aliases."""
    if declared is None:
        return
    plain = declared.split(";")[0].strip().lower()
    if ALIASES.get(plain, plain) != found:
        raise InvalidRequest(
            "The content is not what it is declared to be.",
            fields={field: f"the bytes are {found}"},
        )
