"""Files that would do more than be read: scripts, commands, files inside files, pictures that
would fill the memory of who opens them.

A look at names, linear in the size and bounded in what it unpacks. It keeps ordinary active
content out; it does not replace the scanner an operator runs.
"""

import re
import zlib
from collections.abc import Iterator

from services.vault.domain.content import JPEG, PDF, PNG, RTF, TIFF
from services.vault.domain.images import MAX_PIXELS, pixels_of_jpeg, pixels_of_png, pixels_of_tiff

MAX_STREAMS = 20_000
"""Streams of one PDF looked into."""
MAX_UNPACKED = 20_000_000
"""Bytes unpacked of all object streams of one PDF."""
PIECE = 16_384
"""Bytes of a stream taken at once: one that ends early costs no more, whatever lies behind it."""

_ACTIVE = {
    b"JavaScript": "JavaScript",
    b"EmbeddedFile": "an embedded file",
    b"EmbeddedFiles": "an embedded file",
    b"Launch": "a command to launch",
    b"RichMedia": "rich media",
    b"Encrypt": "encryption",
}
_TOO_MUCH = "more than can be looked into"
_TOO_LARGE = "a picture too large to be shown"
PIXELS = {JPEG: pixels_of_jpeg, PNG: pixels_of_png, TIFF: pixels_of_tiff}
_RTF_OBJECT = re.compile(rb"\\(objdata|objemb|objocx|objhtml|objupdate)")
_LONGEST = 3 * max(map(len, _ACTIVE))
_ESCAPED = rb"(?=[A-Za-z0-9]*#)[A-Za-z0-9#]{1,%d}" % _LONGEST
_NAME = re.compile(rb"/(" + b"|".join([_ESCAPED, *_ACTIVE]) + rb")(?![A-Za-z0-9#])")
"""A name that is one of those, or that may be one written with escapes. No group repeats, so that
a name of millions of letters takes no memory."""
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
# An object stream begins with pairs of numbers: object, offset (ISO 32000-1, 7.5.7).
_OBJECT_STREAM = re.compile(rb"\s*\d+\s+\d+\s")


class _TooMuch(Exception):
    """The bounds above were reached."""


def active_parts(data: bytes, media_type: str | None) -> tuple[str, ...]:
    """Names for people of what was found; empty for a quiet file."""
    if media_type == RTF:
        return ("an embedded object",) if _RTF_OBJECT.search(data) else ()
    if media_type in PIXELS:
        return (_TOO_LARGE,) if PIXELS[media_type](data) > MAX_PIXELS else ()
    if media_type != PDF:
        return ()
    try:
        found = {_ACTIVE[name] for part in _parts(data) for name in _active_names(part)}
    except _TooMuch:
        return (_TOO_MUCH,)
    return tuple(sorted(found))


def _active_names(part: bytes) -> Iterator[bytes]:
    """``/J#61vaScript`` is ``/JavaScript`` (ISO 32000-1, 7.3.5)."""
    for found in _NAME.finditer(part):
        name = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1])
        if name in _ACTIVE:
            yield name


def _parts(data: bytes) -> Iterator[bytes]:
    """The file as it lies, then each object stream unpacked."""
    yield data
    left, end = MAX_UNPACKED, 0
    for count, found in enumerate(_STREAM.finditer(data), start=1):
        if count > MAX_STREAMS:
            raise _TooMuch
        start = found.end()
        if not _OBJECT_STREAM.match(_unpacked(data, start, start + 128, 64)):
            continue
        if end < start:  # objects lie close together: a stream ends at the next "endstream"
            end = data.find(b"endstream", start)
            end = len(data) if end < 0 else end
        part = _unpacked(data, start, end, left + 1)
        left -= len(part)
        if left < 0:
            raise _TooMuch
        yield part


def _unpacked(data: bytes, start: int, end: int, most: int) -> bytes:
    """What lies there, as far as it can be unpacked."""
    engine, out = zlib.decompressobj(), bytearray()
    try:
        for at in range(start, min(end, len(data)), PIECE):
            out += engine.decompress(data[at : min(at + PIECE, end)], most - len(out))
            if engine.eof or len(out) >= most:
                break
    except zlib.error:
        pass
    return bytes(out)
