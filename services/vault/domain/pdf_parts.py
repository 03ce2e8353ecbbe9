"""Where the names of a PDF can lie: in the file as it is, and in its object streams unpacked
(ISO 32000-1, 7.3.5, 7.3.8 and 7.5.7). Linear in the size, bounded in what it unpacks."""

import re
import zlib
from collections.abc import Iterator

MAX_STREAMS = 20_000
"""Streams of one PDF looked into."""
MAX_UNPACKED = 20_000_000
"""Bytes unpacked of all object streams of one PDF."""
PIECE = 16_384
"""Bytes of a stream taken at once: one that ends early costs no more, whatever lies behind it."""

_PROBE = 64
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# Readers also take what the standard forbids: blanks, or a carriage return alone.
_STREAM = re.compile(rb"stream[ \t]*(?:\r\n?|\n)")
# An object stream begins with pairs of numbers: object, offset.
_OBJECT_STREAM = re.compile(rb"[\s\x00]{0,64}\d{1,10}[\s\x00]{1,64}\d{1,10}[\s\x00]")


class TooMuch(Exception):
    """The bounds above were reached, or an object stream lies where it cannot be looked into."""


class Names:
    """Finds these names, also with escapes: ``/J#61vaScript`` is ``/JavaScript``.

    A name ends at a blank or a delimiter. No group repeats, so that one of millions of letters
    takes no memory.
    """

    def __init__(self, *names: bytes) -> None:
        longest = 3 * max(map(len, names))
        escaped = rb"(?=[A-Za-z0-9]*#)[A-Za-z0-9#]{1,%d}" % longest
        ends = rb"(?![^\x00\t\n\f\r ()<>\[\]{}/%])"
        self._names = frozenset(names)
        self._written = re.compile(rb"/(" + b"|".join([escaped, *names]) + rb")" + ends)

    def within(self, part: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
        """Each, and where it ends."""
        for found in self._written.finditer(part, start, end):
            name = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1])
            if name in self._names:
                yield name, found.end()


_FILTERS = (b"ASCIIHexDecode", b"ASCII85Decode", b"LZWDecode", b"RunLengthDecode")
_OTHERS = frozenset([*_FILTERS, b"AHx", b"A85", b"LZW", b"Predictor"])
"""What makes other bytes of those that deflate packed; no writer is known to do so here."""
_OF_STREAMS = Names(b"ObjStm", *_OTHERS)


def parts(data: bytes) -> Iterator[bytes]:
    """Raises :class:`TooMuch`."""
    yield data
    left, before, last = MAX_UNPACKED, 0, 0
    for count, (ends, start) in enumerate(_streams(data), start=1):
        if count > MAX_STREAMS:
            raise TooMuch
        said = {name for name, _ in _OF_STREAMS.within(data, before, ends)}
        before = start
        if not _is_packed(data, start, said):
            continue
        part, end, _ = _unpacked(data, start, len(data), left + 1)
        left -= len(part)
        # None lies inside another: they would be unpacked again and again.
        if left < 0 or start < last:
            raise TooMuch
        last = end
        yield part


def _streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the dictionary of each ends, and where its data begin."""
    for found in _STREAM.finditer(data):
        if not data.endswith(b"end", 0, found.start()):
            yield found.start(), found.end()


def _is_packed(data: bytes, start: int, said: set[bytes]) -> bool:
    """Is this an object stream that has to be unpacked? Raises :class:`TooMuch` for one that
    cannot be."""
    begins, _, is_damaged = _unpacked(data, start, min(start + 2 * _PROBE, len(data)), _PROBE)
    looks = _OBJECT_STREAM.match(begins) is not None
    if b"ObjStm" not in said:
        return looks
    is_plain = _OBJECT_STREAM.match(data, start) is not None  # then it was looked at as it lies
    is_empty = not begins and not is_damaged  # so far: what it holds may come later
    if said & _OTHERS or not (looks or is_plain or is_empty):
        raise TooMuch
    return looks or is_empty


def _unpacked(data: bytes, start: int, end: int, most: int) -> tuple[bytes, int, bool]:
    """What lies there as far as it can be unpacked, as lenient readers do; where it ends; is it
    damaged?

    The stream says itself where: ``endstream`` may stand in what is packed.
    """
    found = _inflated(data, start, end, most, end)
    # The piece with the damage gave nothing; byte by byte, all that precedes it comes.
    return _inflated(data, start, end, most, found[1]) if found[2] else found


def _inflated(data: bytes, start: int, end: int, most: int, slowly: int) -> tuple[bytes, int, bool]:
    """``slowly``: from where on to go byte by byte."""
    engine, out, at = zlib.decompressobj(), bytearray(), start
    while at < end and len(out) < most and not engine.eof:
        piece = data[at : min(at + (PIECE if at < slowly else 1), end)]
        try:
            out += engine.decompress(piece, most - len(out))
        except zlib.error:
            return bytes(out), at, True
        at += len(piece) - len(engine.unused_data)
    return bytes(out), at, False
