"""Files that would do more than be read: scripts, commands, files inside files, pictures that
would fill the memory of who opens them.

A look at names, linear in the size and bounded in what it unpacks. It keeps ordinary active
content out; it does not replace the scanner an operator runs.
"""

import re
from collections.abc import Iterator

from services.vault.domain.content import JPEG, PDF, PNG, RTF, TIFF
from services.vault.domain.images import MAX_PIXELS, pixels_of_jpeg, pixels_of_png
from services.vault.domain.pdf_parts import Names, TooMuch, parts
from services.vault.domain.rtf_fields import fetch_pictures
from services.vault.domain.tiff import pixels_of_tiff

_ACTIVE = {
    b"JavaScript": "JavaScript",
    b"OnInstantiate": "JavaScript",
    b"EmbeddedFile": "an embedded file",
    b"EmbeddedFiles": "an embedded file",
    b"FileAttachment": "an embedded file",
    b"EF": "an embedded file",
    b"Launch": "a command to launch",
    b"GoToR": "a command to open another file",
    b"GoToE": "a command to open another file",
    b"SubmitForm": "a command to send or fetch data",
    b"ImportData": "a command to send or fetch data",
    b"XFA": "a form with scripts",
    b"RichMedia": "rich media",
    b"Rendition": "rich media",
    b"Movie": "rich media",
    b"Sound": "rich media",
    b"Encrypt": "encryption",
}
"""Actions (ISO 32000-1, 12.6.4), annotations (12.5.6), file specifications (7.11), XFA (12.7.8),
3D scripts (13.6.3). Not links to addresses of the web (URI), which people see and choose."""
_NAMES = Names(*_ACTIVE)
_SHORT = frozenset({b"EF", b"XFA"})
"""So short that packed bytes spell them by chance: they count before a value they can have."""
_VALUE = re.compile(rb"[\x00\t\n\f\r ]{0,64}(?:<<|[\[%][\t\r\n -~]{4}|\d{1,10}[\x00\t\n\f\r %])")
"""A dictionary, an array, a comment before either, or what a reference begins with."""

_TOO_MUCH = "more than can be looked into"
_TOO_LARGE = "a picture too large to be shown"
PIXELS = {JPEG: pixels_of_jpeg, PNG: pixels_of_png, TIFF: pixels_of_tiff}

_IN_RTF = {
    "an embedded object": re.compile(rb"\\obj(?:ect|data|emb|icemb|ocx|html|(?:aut)?link|update)"),
    "a command to launch": re.compile(rb"\\fldinst[^}]{0,60}?\bDDE(?:AUTO)?\b"),
    # A drive's path or a bare name is what text processors write; an address is fetched.
    "a template of elsewhere": re.compile(
        rb"\\template(?![A-Za-z])(?! ?[A-Za-z]:| ?(?:[\w .:\r\n-]|\\'[89A-Fa-f][0-9A-Fa-f])*+\})"
    ),
}


def active_parts(data: bytes, media_type: str | None) -> tuple[str, ...]:
    """Names for people of what was found; empty for a quiet file."""
    if media_type == RTF:
        return tuple(sorted(_active_in_rtf(data)))
    if media_type in PIXELS:
        return (_TOO_LARGE,) if PIXELS[media_type](data) > MAX_PIXELS else ()
    if media_type != PDF:
        return ()
    found: set[str] = set()
    try:
        for part in parts(data):
            found.update(_ACTIVE[name] for name in _active_names(part))
    except TooMuch:  # what is encrypted cannot be, and says so
        return tuple(sorted(found)) or (_TOO_MUCH,)
    return tuple(sorted(found))


def _active_in_rtf(data: bytes) -> Iterator[str]:
    yield from (name for name, form in _IN_RTF.items() if form.search(data))
    try:
        if fetch_pictures(data):
            yield "a picture of elsewhere"
    except TooMuch:
        yield _TOO_MUCH


def _active_names(part: bytes) -> Iterator[bytes]:
    for name, end in _NAMES.within(part, 0, len(part)):
        if name not in _SHORT or _VALUE.match(part, end):
            yield name
