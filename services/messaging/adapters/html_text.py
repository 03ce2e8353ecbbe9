"""The words of an HTML mail; what a browser would run or hide is dropped.

Read once from left to right, whatever it is: the standard library's parser begins anew at each tag
that does not end, and takes minutes for fifty thousand characters of them.
"""

import re
from collections.abc import Iterator
from html import unescape

_MARKUP = re.compile(r"<(!--|[!?]|(/?)([a-zA-Z][a-zA-Z0-9]*))")
_DROPPED = frozenset({"script", "style", "head", "template", "object"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_STOP = re.compile(r"""(?:=\s*(["']))|>""")
_END_OF = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _DROPPED}


def words_of(html: str) -> str:
    """Its text, a line for each line that a reader would see; no empty ones."""
    lines = (" ".join(line.split()) for line in "".join(_pieces(html)).splitlines())
    return "\n".join(line for line in lines if line)


def _pieces(html: str) -> Iterator[str]:
    at = 0
    while found := _MARKUP.search(html, at):
        yield _text(html[at : found.start()])
        name = (found[3] or "").lower()
        if name in _BREAKS and not found[2]:
            yield "\n"
        at = _after(html, found, name)
    yield _text(html[at:])


def _after(html: str, found: re.Match[str], name: str) -> int:
    """Where text begins again; the end of it all, if what began there never ends."""
    if found[1] == "!--":
        return _past("-->", html, found.end())
    if not name:
        return _past(">", html, found.end())
    end = _end_of_tag(html, found.end())
    if name in _DROPPED and not found[2]:
        closing = _END_OF[name].search(html, end)
        return _end_of_tag(html, closing.end()) if closing else len(html)
    return end


def _end_of_tag(html: str, at: int) -> int:
    """Past its ``>``, but one inside a quoted value."""
    while found := _STOP.search(html, at):
        if found[0] == ">":
            return found.end()
        at = _past(found[1], html, found.end())
    return len(html)


def _past(what: str, html: str, at: int) -> int:
    place = html.find(what, at)
    return len(html) if place < 0 else place + len(what)


def _text(written: str) -> str:
    try:
        return unescape(written)
    except ValueError:  # a number of thousands of digits is no character
        return written
