"""Are these images whole, and how large would they be? Only how their parts lie is looked at, and
what they say of themselves; no picture is decoded."""

import struct
import zlib
from collections.abc import Iterator

PNG_START = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 200_000_000
"""Of one picture: 800 MB once it is drawn. A3 at 600 dots per inch has 70 million."""
TRAILING = 64
"""Bytes some software leaves after the end of a PNG."""

_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}


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


def pixels_of_png(data: bytes) -> int:
    """Of a whole one, as all that follow."""
    width, height = struct.unpack_from(">II", data, len(PNG_START) + 8)
    return int(width) * int(height)


def is_whole_jpeg(data: bytes) -> bool:
    """Segments up to a scan, after a frame, and an end (ITU-T T.81, annex B)."""
    framed = False
    for marker, at in _segments(data):
        if marker == 0xDA:  # FF D9 is no data of a scan; phones leave a film behind the picture
            return framed and data.find(b"\xff\xd9", at) > 0
        framed = framed or marker in _STARTS_OF_FRAME
    return False


def pixels_of_jpeg(data: bytes) -> int:
    """Of the largest frame. One that says no lines has them counted after its scan (B.2.5)."""
    sizes = [
        struct.unpack_from(">HH", data, at + 5)
        for marker, at in _segments(data)
        if marker in _STARTS_OF_FRAME and at + 9 <= len(data)
    ]
    return max(((lines or 0xFFFF) * samples for lines, samples in sizes), default=0)


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and place of each, up to the first scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:  # a fill byte, or a marker without a segment
            at += 1 if marker == 0xFF else 2
            continue
        yield marker, at
        if marker == 0xDA:
            return
        at += 2 + max(int.from_bytes(data[at + 2 : at + 4], "big"), 2)
