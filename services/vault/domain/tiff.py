"""Is a TIFF whole, and how large would its pages be? What its directories say, not its pixels.

TIFF 6.0, which is what image/tiff stands for (RFC 3302). BigTIFF is none: it exists for files of
more than four gigabytes, and few programs that people open a document with show it.
"""

import struct
from collections.abc import Iterator

MAX_DIRECTORIES = 1000
"""Pages of one TIFF."""
_WIDTH, _HEIGHT, _SHORT = 256, 257, 3
_FORMS = {_SHORT: "H", 4: "I"}
_STARTS, _LENGTHS = {273, 324}, {279, 325}
"""Where strips and tiles begin, and how long they are (TIFF 6.0, sections 8 and 15)."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of one value of each field type (TIFF 6.0, section 2)."""


def is_whole_tiff(data: bytes) -> bool:
    """At least one directory, and all that the directories point to inside the file."""
    try:
        return all(
            _lies_inside(data, _SIZES.get(kind, 1) * values, at)
            for _, kind, values, at in _fields(data)
        ) and _holds_its_pictures(data)
    except (struct.error, _Broken):
        return False


def _holds_its_pictures(data: bytes) -> bool:
    """Directories may come first: a file cut short has them all, and lacks what they point to.
    Lists do not lie upon each other: together they are no longer than the file."""
    left = len(data)
    starts: Iterator[tuple[int, ...]] = iter(())
    for tag, kind, values, at in _fields(data):
        if tag not in _STARTS | _LENGTHS or kind not in _FORMS:
            continue
        size = _SIZES[kind] * values
        left -= size
        if left < 0:
            return False
        place = at if size <= 4 else _at(data, at)
        numbers = struct.iter_unpack(_order(data) + _FORMS[kind], data[place : place + size])
        if tag in _STARTS:
            starts = numbers
        else:
            both = zip(starts, numbers, strict=False)
            if any(start + length > len(data) for (start,), (length,) in both):
                return False
    return True


def _lies_inside(data: bytes, size: int, at: int) -> bool:
    """A value of four bytes at most is in the field itself."""
    return size <= 4 or _at(data, at) + size <= len(data)


def pixels_of_tiff(data: bytes) -> int:
    """Of the widest and the highest of its pages."""
    sides = {_WIDTH: 0, _HEIGHT: 0}
    for tag, kind, _, at in _fields(data):
        if tag in sides:
            sides[tag] = max(sides[tag], _at(data, at, "H" if kind == _SHORT else "I"))
    return sides[_WIDTH] * sides[_HEIGHT]


class _Broken(Exception):
    """The directories are no chain that lies in the file."""


def _order(data: bytes) -> str:
    return "<" if data[:2] == b"II" else ">"


def _at(data: bytes, at: int, form: str = "I") -> int:
    (value,) = struct.unpack_from(_order(data) + form, data, at)
    return int(value)


def _fields(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Tag, kind, number of values and place of the value of each field of each directory.

    Directories do not lie upon each other: together they have no more bytes than the file, so
    that one which points to itself is not read for ever.
    """
    place, left = _at(data, 4), len(data)
    for _ in range(MAX_DIRECTORIES):
        count = _at(data, place, "H")
        left -= 2 + 12 * count + 4
        if not place or not count or left < 0:
            raise _Broken
        for at in range(place + 2, place + 2 + 12 * count, 12):
            yield _at(data, at, "H"), _at(data, at + 2, "H"), _at(data, at + 4), at + 8
        place = _at(data, place + 2 + 12 * count)
        if not place:
            return
    raise _Broken
