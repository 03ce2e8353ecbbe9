"""The body of a CDA R2 document: structured (level 3), or a file inside (level 1); and the files
carried beside the words of either."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from shared.cda.tree import Element, child
from shared.kernel.errors import InvalidRequest, TooLarge

FIELD = "content.body"

_WINDOW = {"DF": -zlib.MAX_WBITS, "ZL": zlib.MAX_WBITS, "GZ": zlib.MAX_WBITS | 16}
"""Compression codes of HL7 v3 data types (RFC 1951, 1950, 1952) and what zlib calls them."""

MAX_CARRIED = 200
"""Files that one document may carry: each is looked through, and given to the antivirus."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Enclosed:
    """The file of a level 1 body, unwrapped; ``media_type`` as declared."""

    data: bytes
    media_type: str | None


def enclosed_file(document: Element, *, max_bytes: int) -> Enclosed | None:
    """The file of a ``nonXMLBody``; ``None`` for a structured body.

    Raises :class:`InvalidRequest` on ``content.body``, or :class:`TooLarge`.
    """
    outer = child(document, "component/nonXMLBody/text")
    if outer is None:
        if child(document, "component/structuredBody") is None:
            raise _refused("there is neither a structured body nor a file")
        return None
    if child(outer, "reference") is not None:
        raise _refused("the file is outside of the document")
    written = _own_text(outer)
    data = written.encode() if outer.get("representation", "TXT") != "B64" else _decoded(written)
    if compression := outer.get("compression"):
        data = _expanded(data, compression, max_bytes)
    if not data:
        raise _refused("the file is empty")
    return Enclosed(data=data, media_type=outer.get("mediaType"))


def carried_files(document: Element, *, max_bytes: int) -> Iterator[bytes]:
    """See :func:`carried`."""
    return (data for _, data in carried(document, max_bytes=max_bytes))


def carried(document: Element, *, max_bytes: int) -> Iterator[tuple[Element, bytes]]:
    """The files written in base64 beside the words of a document, each with the element that holds
    it (HL7 v3 data type ED: pictures and PDF of ``observationMedia``, thumbnails), without the one
    that a level 1 body is.

    Raises :class:`InvalidRequest` on ``content.body``, or :class:`TooLarge` once they are larger
    together than ``max_bytes``.
    """
    body, left = child(document, "component/nonXMLBody/text"), max_bytes
    holders = (e for e in document.iter() if e.get("representation") == "B64" and e is not body)
    for number, element in enumerate(holders):
        if number == MAX_CARRIED:
            raise _refused(f"it carries more than {MAX_CARRIED} files")
        data = _as_it_lies(_decoded(_own_text(element)), element.get("compression"), left)
        left -= len(data)
        if left < 0:
            raise _too_large()
        if data:
            yield element, data


def _as_it_lies(data: bytes, compression: str | None, most: int) -> bytes:
    """Unpacked; what is not packed as it says is what it is: a reader may show it so."""
    try:
        return _expanded(data, compression, most) if compression else data
    except InvalidRequest:
        return data


def _own_text(element: Element) -> str:
    """What stands in it, without its thumbnail and whatever else it holds."""
    return "".join([element.text or "", *(inner.tail or "" for inner in element)])


def _decoded(written: str) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s", "", written), validate=True)
    except (binascii.Error, ValueError):
        raise _refused("the file is not in base64") from None


def _expanded(data: bytes, compression: str, max_bytes: int) -> bytes:
    """Never more than one byte over the limit is kept, whatever the data claim."""
    if compression not in _WINDOW:
        raise _refused("the compression is not one of DF, ZL, GZ")
    engine = zlib.decompressobj(_WINDOW[compression])
    try:
        out = engine.decompress(data, max_bytes + 1)
    except zlib.error:
        raise _refused("the compressed file cannot be read") from None
    if len(out) > max_bytes:
        raise _too_large()
    if not engine.eof:
        raise _refused("the compressed file is cut short")
    return out


def _too_large() -> TooLarge:
    return TooLarge("What is inside the document is too large.", fields={FIELD: "is too large"})


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The body of the document cannot be read.", fields={FIELD: sentence})
