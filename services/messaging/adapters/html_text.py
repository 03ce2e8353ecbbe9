"""The words of an HTML mail; what a browser would run or hide is dropped.

Read once from left to right, whatever it is: the standard library's parser begins anew at each tag
that does not end, and takes minutes for fifty thousand characters of them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape

_MARKUP = re.compile(r"<(!--|[!?]|(/?)([a-zA-Z][a-zA-Z0-9]*))")
_DROPPED = frozenset({"script", "style", "title", "template"})
_BREAKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "hr", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "table",
     "tr", "ul"}
)  # fmt: skip
"""What begins and ends a line."""
_CELLS = frozenset({"td", "th", "caption"})
_SPACES = re.compile(r"\s+")
_STOP = re.compile(r"""(?:=\s*(["']))|>""")
_END_OF = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _DROPPED}


def words_of(html: str) -> str:
    """Its text, a line for each line that a reader would see; no empty ones."""
    lines = (" ".join(line.split()) for line in "".join(_pieces(html)).splitlines())
    return "\n".join(line for line in lines if line)


def _pieces(html: str) -> Iterator[str]:
    at, as_written = 0, False
    while found := _MARKUP.search(html, at):
        yield _text(html[at : found.start()], as_written)
        name = (found[3] or "").lower()
        if name in _BREAKS:
            yield "\n"
        if name in _CELLS:
            yield " "
        if name == "pre":
            as_written = not found[2]
        at = _after(html, found, name)
    yield _text(html[at:], as_written)


def _after(html: str, found: re.Match[str], name: str) -> int:
    """Where text begins again; the end of it all, if what began there never ends."""
    if found[1] == "!--":
        # "<!-->" ends where it begins, and an empty comment hides nothing.
        return _past("-->", html, found.end() - 2)
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


def _text(written: str, as_written: bool) -> str:
    """Ends of lines are spaces to a browser."""
    with suppress(ValueError):  # a number of thousands of digits is no character
        written = unescape(written)
    return written if as_written else _SPACES.sub(" ", written)
