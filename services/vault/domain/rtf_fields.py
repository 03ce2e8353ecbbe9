"""Fields of an RTF that fetch a picture from an address when it is opened, and so tell somebody
that it was: INCLUDEPICTURE and IMPORT (RTF 1.9.1, "Fields"; ECMA-376-1, 17.16.5.26 and .27).

A field whose picture is in the file shows that one, as what is pasted from a page of the web has
it; with the switch ``\\d`` it is left out of the file and fetched each time (Privacy Foundation,
"Microsoft Word Documents that Phone Home", 2000). Linear in the size.
"""

import re
from collections.abc import Iterator

from services.vault.domain.pdf_parts import TooMuch

LONGEST = 4_096
"""Bytes of an instruction, and before the picture of a result, that are looked at."""
_INSTRUCTION = re.compile(rb"\\fldinst(?![A-Za-z])")
_TOKEN = re.compile(
    rb"\\'(?P<hex>[0-9A-Fa-f]{2})|\\u(?P<code>-?\d{1,5}) ?|\\(?P<word>[A-Za-z]+)-?\d* ?"
    rb"|\\(?P<symbol>[^A-Za-z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]",
    re.DOTALL,
)
_OF_A_PICTURE = re.compile(r"\s*(?:INCLUDEPICTURE|IMPORT)\s(?P<said>.*)", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(r'(?:^|["\s])(?:(?!file:///)[a-z][a-z\d+.-]+:|\\\\|//)', re.IGNORECASE)
"""A scheme of two letters or more, as one is a drive, or another machine's name."""
_NOT_STORED = re.compile(r"(?:^|\s)\\+d(?![a-z])", re.IGNORECASE)


def fetch_pictures(data: bytes) -> bool:
    """Would opening the file ask an address for a picture? ``TooMuch`` when fields lie inside one
    another as nobody writes them.
    """
    left = len(data) + 16 * LONGEST
    for found in _INSTRUCTION.finditer(data):
        told, end = _instruction(data, found.end())
        left -= end - found.end()
        picture = _OF_A_PICTURE.match(told)
        if picture and _ADDRESS.search(picture["said"]):
            if _NOT_STORED.search(picture["said"]) or not _has_picture(data, end):
                return True
            left -= LONGEST
        if left < 0:
            raise TooMuch
    return False


def _instruction(data: bytes, start: int) -> tuple[str, int]:
    """What the group says as a text, without its formatting, and where it ends."""
    depth, said, skip, end = 0, [], 0, start
    for token in _tokens(data, start):
        end = token.end()
        if token["brace"]:
            depth += 1 if token["brace"] == b"{" else -1
            if depth < 0:
                break
        elif token["code"]:
            said.append(chr(int(token["code"]) % 0x10000))
            skip = 1  # what is for readers without Unicode follows
        elif letters := _letters(token):
            said.append(letters[skip:])
            skip = 0
    return "".join(said), end


def _letters(token: re.Match[bytes]) -> str:
    if token["hex"]:
        return chr(int(token["hex"], 16))
    if token["symbol"]:
        return token["symbol"].decode("latin-1") if token["symbol"] in b"\\{}" else ""
    return (token["text"] or b"").decode("latin-1")


def _has_picture(data: bytes, start: int) -> bool:
    """Behind its instruction, before the field ends."""
    depth = 0
    for token in _tokens(data, start):
        if token["word"] == b"pict":
            return True
        if token["brace"]:
            depth += 1 if token["brace"] == b"{" else -1
        if depth < 0:
            break
    return False


def _tokens(data: bytes, start: int) -> Iterator[re.Match[bytes]]:
    return _TOKEN.finditer(data, start, start + LONGEST)
