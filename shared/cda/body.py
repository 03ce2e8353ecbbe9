"""The body of a CDA R2 document: structured (level 3), or a file inside (level 1)."""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

from shared.cda.tree import Element, child
from shared.kernel.errors import InvalidRequest, TooLarge

FIELD = "content.body"

_WINDOW = {"DF": -zlib.MAX_WBITS, "ZL": zlib.MAX_WBITS, "GZ": zlib.MAX_WBITS | 16}
"""Compression codes of HL7 v3 data types (RFC 1951, 1950, 1952) and what zlib calls them."""


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
    written = "".join(outer.itertext())
    data = written.encode() if outer.get("representation", "TXT") != "B64" else _decoded(written)
    if compression := outer.get("compression"):
        data = _expanded(data, compression, max_bytes)
    if not data:
        raise _refused("the file is empty")
    return Enclosed(data=data, media_type=outer.get("mediaType"))


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
        raise TooLarge(
            f"The file inside the document is larger than {max_bytes} bytes.",
            fields={FIELD: "is too large"},
        )
    if not engine.eof:
        raise _refused("the compressed file is cut short")
    return out


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The body of the document cannot be read.", fields={FIELD: sentence})
