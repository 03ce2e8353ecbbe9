"""Text from bytes whose charset is told wrong, or not at all, as practice software does."""

import re

_ENCODED_WORD = re.compile(rb"=\?[^?\s]{1,60}\?[qQ]\?[^?]*\?=")
_BEYOND = re.compile(rb"[\x80-\xff]")
_WINDOWS = {n: bytes([n]).decode("cp1252", "ignore") or None for n in range(0x80, 0xA0)}
"""Letters of Windows where ISO 8859 has controls that nobody writes: as all readers show them
(WHATWG Encoding, labels of windows-1252)."""


def text_of(data: bytes, charset: str | None) -> str:
    """No letter that can be read is lost: the charset told, else UTF-8, else that of Windows."""
    for candidate in (charset, "utf-8"):
        try:
            text = data.decode(candidate or "utf-8")
            text.encode()  # UTF-7, and names that only Python knows, make halves of letters
        except (UnicodeError, LookupError, ValueError):
            continue
        return printed(text.removeprefix("\ufeff"))
    return data.decode("cp1252", "replace")


def header_line(line: str) -> str:
    """A line of a header as the parser hands it over; bytes beyond ASCII are in it as surrogates
    (RFC 6532 has them in UTF-8). Within an encoded word they are of the charset that it tells.
    """
    if line.isascii():
        return line
    data = line.encode("utf-8", "surrogateescape")
    return text_of(_ENCODED_WORD.sub(_in_ascii, data), None)


def _in_ascii(word: re.Match[bytes]) -> bytes:
    return _BEYOND.sub(lambda byte: b"=%02X" % ord(byte[0]), word[0])


def printed(text: str) -> str:
    """With letters of Windows where the charset told has controls."""
    return text.translate(_WINDOWS)
