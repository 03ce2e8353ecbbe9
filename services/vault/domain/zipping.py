"""A ZIP written piece by piece, so that no process ever holds all of it (PKWARE APPNOTE 6.3).

Contents are stored as they are: each piece can be made again, byte for byte, from the same
documents. Offsets or numbers that 32 or 16 bits cannot hold are written as ZIP64.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50
_END_64, _LOCATOR_64 = 0x06064B50, 0x07064B50
_FULL_32, _FULL_16 = 0xFFFFFFFF, 0xFFFF
_VERSION, _VERSION_64 = 20, 45
_EXTRA_64 = 1


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One file of the archive. ``offset``: of its header, from the beginning of its piece."""

    name: str
    crc: int
    size: int
    offset: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Piece:
    data: bytes
    files: tuple[Stored, ...]


def piece(files: Sequence[tuple[str, bytes]], moment: datetime) -> Piece:
    """Names are ASCII, with ``/``; ``moment`` stands for the date of every file."""
    out, stored = bytearray(), []
    for name, data in files:
        crc = zlib.crc32(data)
        stored.append(Stored(name=name, crc=crc, size=len(data), offset=len(out)))
        out += _local(name, crc, len(data), moment) + data
    return Piece(data=bytes(out), files=tuple(stored))


def directory(files: Sequence[Stored], size: int, moment: datetime) -> bytes:
    """The end of the archive: ``files`` with offsets from its beginning, which has ``size``
    bytes before this."""
    entries = b"".join(_central(file, moment) for file in files)
    return entries + b"".join(_ends(len(files), len(entries), size))


def _local(name: str, crc: int, size: int, moment: datetime) -> bytes:
    fixed = struct.pack(
        "<IHHHIIIIHH", _LOCAL, _VERSION, 0, 0, _dos(moment), crc, size, size, len(name), 0
    )
    return fixed + name.encode("ascii")


def _central(file: Stored, moment: datetime) -> bytes:
    far = file.offset >= _FULL_32
    extra = struct.pack("<HHQ", _EXTRA_64, 8, file.offset) if far else b""
    version = _VERSION_64 if far else _VERSION
    fixed = struct.pack(
        "<IHHHHIIIIHHHHHII",
        _CENTRAL, version, version, 0, 0, _dos(moment), file.crc, file.size, file.size,
        len(file.name), len(extra), 0, 0, 0, 0, _FULL_32 if far else file.offset,
    )  # fmt: skip
    return fixed + file.name.encode("ascii") + extra


def _ends(count: int, size: int, start: int) -> Iterator[bytes]:
    if count >= _FULL_16 or start + size >= _FULL_32:
        yield struct.pack(
            "<IQHHIIQQQQ", _END_64, 44, _VERSION_64, _VERSION_64, 0, 0, count, count, size, start
        )
        yield struct.pack("<IIQI", _LOCATOR_64, 0, start + size, 1)
    counted = min(count, _FULL_16)
    yield struct.pack(
        "<IHHHHIIH", _END, 0, 0, counted, counted, min(size, _FULL_32), min(start, _FULL_32), 0
    )


def _dos(moment: datetime) -> int:
    """Time in the low half, date in the high half."""
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time | (moment.year - 1980 << 9 | moment.month << 5 | moment.day) << 16
