"""Files that would do more than be read: scripts, commands, files inside files.

A look at names, linear in the size and bounded in what it unpacks. It keeps ordinary active
content out; it does not replace the scanner an operator runs.
"""

import re
import zlib
from collections.abc import Iterator

from services.vault.domain.content import PDF, RTF

MAX_STREAMS = 20_000
"""Streams of one PDF looked into."""
MAX_UNPACKED = 20_000_000
"""Bytes unpacked of all object streams of one PDF."""

_ACTIVE = {
    b"JavaScript": "JavaScript",
    b"EmbeddedFile": "an embedded file",
    b"EmbeddedFiles": "an embedded file",
    b"Launch": "a command to launch",
    b"RichMedia": "rich media",
    b"Encrypt": "encryption",
}
_TOO_MUCH = "more than can be looked into"
_RTF_OBJECT = re.compile(rb"\\(objdata|objemb|objocx|objhtml|objupdate)")
_ANY_NAME = rb"[A-Za-z0-9]*(?:#[0-9A-Fa-f]{2}[A-Za-z0-9]*)+"
_NAME = re.compile(rb"/(" + b"|".join([_ANY_NAME, *_ACTIVE]) + rb")(?![A-Za-z0-9#])")
"""A name that is one of those, or that is written with escapes."""
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
# An object stream begins with pairs of numbers: object, offset (ISO 32000-1, 7.5.7).
_OBJECT_STREAM = re.compile(rb"\s*\d+\s+\d+\s")


class _TooMuch(Exception):
    """The bounds above were reached."""


def active_parts(data: bytes, media_type: str) -> tuple[str, ...]:
    """Names for people of what was found; empty for a quiet file."""
    if media_type == RTF:
        return ("an embedded object",) if _RTF_OBJECT.search(data) else ()
    if media_type != PDF:
        return ()
    try:
        names = {name for part in _parts(data) for name in _names(part)}
    except _TooMuch:
        return (_TOO_MUCH,)
    return tuple(sorted({_ACTIVE[name] for name in names if name in _ACTIVE}))


def _names(part: bytes) -> Iterator[bytes]:
    """``/J#61vaScript`` is ``/JavaScript`` (ISO 32000-1, 7.3.5)."""
    for name in _NAME.findall(part):
        yield _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name)


def _parts(data: bytes) -> Iterator[bytes]:
    """The file as it lies, then each object stream unpacked."""
    yield data
    left = MAX_UNPACKED
    for count, found in enumerate(_STREAM.finditer(data), start=1):
        if count > MAX_STREAMS:
            raise _TooMuch
        start = found.end()
        if _OBJECT_STREAM.match(_unpacked(data[start : start + 128], 64)):
            # Objects lie close together: a stream ends at the next "endstream".
            end = data.find(b"endstream", start)
            part = _unpacked(data[start : end if end >= 0 else len(data)], left + 1)
            left -= len(part)
            if left < 0:
                raise _TooMuch
            yield part


def _unpacked(stream: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, most)
    except zlib.error:
        return b""
