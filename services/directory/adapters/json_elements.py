"""Reads one JSON object (RFC 8259) element by element, however large its arrays are."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

from services.directory.adapters.extract_layout import NotThisExtract

CHUNK = 1 << 20
"""Bytes read at once."""
ELEMENT_MAX = 16_000_000
"""Characters of one element: the largest legal entities have hundreds of establishments, some
five thousand characters each."""
_SPACE = re.compile(r"[ \t\r\n]*")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def elements(content: Readable, name: str, digest: Any) -> Iterator[Any]:
    """Those of the array ``name`` at the top of the object. What is no JSON is told by the place
    where it ends; text that is not UTF-8 stays in lone surrogates.
    """
    text = _Text(content, digest)
    found = False
    text.take("{")
    more = text.peek() != "}"
    while more:
        key = text.value()
        text.take(":")
        if text.peek() != "[":
            text.value()
        else:
            found = found or key == name
            for element in _array(text):
                if key == name:
                    yield element
        more = text.take(",}") == ","
    if not found:
        raise NotThisExtract(f"the file has no list «{name}»")


def _array(text: "_Text") -> Iterator[Any]:
    text.take("[")
    more = text.peek() != "]"
    if not more:
        text.take("]")
    while more:
        yield text.value()
        more = text.take(",]") == ","


class _Text:
    """The part of a text that is looked at."""

    def __init__(self, content: Readable, digest: Any) -> None:
        self._content = content
        self._digest = digest
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._json = json.JSONDecoder(strict=False)
        self._text = ""
        self._at = 0
        self._before = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no space."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            self._more()

    def take(self, expected: str) -> str:
        found = self.peek()
        if found not in expected:
            raise NotThisExtract(f"the file is no JSON from character {self._place():,} on")
        self._at += 1
        return found

    def value(self) -> Any:
        """One whole value. Read on from its beginning, twice as far each time, when it does not
        end in what is at hand."""
        self.peek()
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                raise NotThisExtract("the file has more levels than JSON of people") from None
            except ValueError:
                self._more()
                continue
            if end == len(self._text) and not self._ended:
                self._more()
                continue
            self._at = end
            return found

    def _more(self) -> None:
        left = self._text[self._at :]
        if self._ended or len(left) > ELEMENT_MAX:
            raise NotThisExtract(
                f"the file is cut short, or no JSON, from character {self._place():,} on"
            )
        data = self._content.read(max(CHUNK, len(left)))
        self._digest.update(data)
        self._ended = not data
        self._before += self._at
        self._text = left + self._decode(data, self._ended)
        self._at = 0

    def _place(self) -> int:
        return self._before + self._at + 1
