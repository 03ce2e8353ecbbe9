"""What in a file is written to be read as it stands: plain text, and XML."""

import codecs
import re

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_XML = re.compile(rb"\s*<(\?xml|!--|!DOCTYPE|[A-Za-z_])", re.IGNORECASE)
# C0 without tab, line feed, form feed, carriage return; DEL; and C1, which no text has.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, 2.2."""


def for_xml(text: str) -> str:
    """What people and software say may hold what XML may not, which becomes a space: one such
    character, and nobody reads the file."""
    return _NOT_XML.sub(" ", text)


def looks_like_xml(data: bytes) -> bool:
    head = data[:512]
    for mark in (codecs.BOM_UTF8, *_WIDE):
        if head.startswith(mark):
            head = head.removeprefix(mark).replace(b"\x00", b"")
    return _XML.match(head) is not None


def is_plain_text(data: bytes) -> bool:
    """Printable characters in UTF-8, in UTF-16 that says so by its mark, else in Windows-1252,
    which is Latin-1 with the signs œ, € and ’ that it has not: text that anyone can show."""
    try:
        text = data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return _CONTROL.search(text) is None
