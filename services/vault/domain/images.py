"""Are these images whole? Only how their parts lie is looked at; no picture is decoded."""

import struct
import zlib
from collections.abc import Iterator

PNG_START = b"\x89PNG\r\n\x1a\n"
MAX_DIRECTORIES = 1000
"""Pages of one TIFF."""
TRAILING = 64
"""Bytes some software leaves after the end of a PNG."""

_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of one value of each field type (TIFF 6.0, section 2)."""


def is_whole_png(data: bytes) -> bool:
    """Chunks from IHDR to IEND, each with the checksum it says (ISO/IEC 15948, 5.3)."""
    at, first = len(PNG_START), True
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + length
        if end > len(data):
            return False
        kind = data[at + 4 : at + 8]
        said = int.from_bytes(data[end - 4 : end], "big")
        if zlib.crc32(data[at + 4 : end - 4]) != said or first != (kind == b"IHDR"):
            return False
        if kind == b"IEND":
            return len(data) - end <= TRAILING
        at, first = end, False
    return False


def is_whole_jpeg(data: bytes) -> bool:
    """Segments up to a scan, after a frame, and an end (ITU-T T.81, annex B)."""
    at, framed = 2, False
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:  # a fill byte, or a marker without a segment
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            return framed and b"\xff\xd9" in data[-4096:]
        framed = framed or marker in _STARTS_OF_FRAME
        at += 2 + max(length, 2)
    return False


def is_whole_tiff(data: bytes) -> bool:
    """At least one directory, and all that the directories point to inside the file."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        return all(_directories(data, order))
    except struct.error:
        return False


def _directories(data: bytes, order: str) -> Iterator[bool]:
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    yield at != 0
    for _ in range(MAX_DIRECTORIES):
        if at == 0:
            return
        (count,) = struct.unpack_from(f"{order}H", data, at)
        yield count > 0
        for entry in range(count):
            _, kind, values, offset = struct.unpack_from(f"{order}HHII", data, at + 2 + 12 * entry)
            size = _SIZES.get(kind, 1) * values
            yield size <= 4 or offset + size <= len(data)
        (at,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)
    yield False
