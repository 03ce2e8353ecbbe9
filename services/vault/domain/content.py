"""What a content is, told by its bytes: never by its name nor by what is claimed of it."""

import re

from services.vault.domain.images import (
    PNG_START,
    is_whole_jpeg,
    is_whole_png,
    is_whole_tiff,
)
from shared.kernel.errors import InvalidRequest

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

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_XML = re.compile(rb"\s*<(\?xml|!--|!DOCTYPE|[A-Za-z_])", re.IGNORECASE)
# C0 without tab, line feed, form feed, carriage return; DEL; and C1, which Latin-1 text has not.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def recognise(data: bytes) -> str | None:
    """The media type of the formats taken; ``None`` for anything else, files cut short
    or damaged in their structure included.

    ``text/xml`` says only that it looks like XML: reading it shows whether it is CDA.
    """
    if data.startswith(b"%PDF-"):
        return PDF if b"%%EOF" in data[-2048:] else None
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG if is_whole_jpeg(data) else None
    if data.startswith(PNG_START):
        return PNG if is_whole_png(data) else None
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF if is_whole_tiff(data) else None
    if data.startswith(b"{\\rtf"):
        return RTF if data.rstrip(b"\x00 \t\r\n").endswith(b"}") else None
    if looks_like_xml(data):
        return CDA
    return TEXT if _is_text(data) else None


def taken_for(data: bytes) -> str | None:
    """What a reader's software takes a file for, which asks less of it than :func:`recognise`:
    a PDF may begin after other bytes, and need not be whole."""
    if b"%PDF-" in data[:1024]:
        return PDF
    return RTF if data.startswith(b"{\\rt") else recognise(data)


def looks_like_xml(data: bytes) -> bool:
    head = data[:512]
    for bom in _BOMS:
        if head.startswith(bom):
            head = head.removeprefix(bom).replace(b"\x00", b"")
    return _XML.match(head) is not None


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


def _is_text(data: bytes) -> bool:
    """UTF-8, else Latin-1, of printable characters: a text file that anyone can show."""
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        written = data.decode("latin-1")
    return _CONTROL.search(written) is None
