"""A file that goes with a message; its type is told by its bytes, never by its name."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.kernel.plain_text import is_plain_text, looks_like_xml

CDA = "text/xml"
PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
RTF = "application/rtf"
TEXT = "text/plain"
XDM = "application/zip"
"""An IHE_XDM.ZIP; of another archive nothing is read, and nothing saved to the record."""

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rt", RTF),
    (b"PK\x03\x04", XDM),
)
_TNEF = b"\x78\x9f\x3e\x22"
"""``winmail.dat`` ([MS-OXTNEF]), whose first bytes would be letters."""
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
"""Also what shows letters in another order, so that a program looks like a picture."""
_UNSAFE = re.compile(rf"[{_UNSEEN}/\\:*?\"<>|]+")
_TURNING = re.compile(rf"[{_UNSEEN}]+")
MAX_TITLE = 300
SUFFIXES = {CDA: ".xml", PDF: ".pdf", JPEG: ".jpg", PNG: ".png", TIFF: ".tif"} | {
    RTF: ".rtf", TEXT: ".txt", XDM: ".zip",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class File:
    """``name``: safe to show and to save."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Where a sealed content lies, and what proves it."""

    object: str
    sealed_sha256: str
    sealed_size: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Inside:
    """A document of an IHE_XDM.ZIP. ``title``: none of archives that came before it was kept."""

    unique_id: str
    title: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Attachment:
    """``documents``: of an IHE_XDM.ZIP, in their order; each is named by its place, from 1 on."""

    number: int
    name: str
    media_type: str
    size: int
    sha256: str
    stored: Stored
    documents: tuple[Inside, ...] = ()

    def to_event(self) -> dict[str, Any]:
        return {**asdict(self), "documents": [asdict(one) for one in self.documents]}

    @classmethod
    def from_event(cls, written: Mapping[str, Any]) -> "Attachment":
        inside = tuple(Inside(**one) for one in written["documents"])
        return cls(**{**written, "stored": Stored(**written["stored"]), "documents": inside})

    @property
    def saveable(self) -> bool:
        """The formats the vault takes; of an archive, the documents inside."""
        return self.media_type != XDM or bool(self.documents)


def recognise(data: bytes) -> str | None:
    """The media type of the formats taken; ``None`` for anything else, executables first."""
    for start, media_type in _STARTS:
        if data.startswith(start):
            return media_type
    if looks_like_xml(data):
        return CDA
    if b"%PDF-" in data[:1024]:  # some bytes may stand before it (ISO 32000-2, 7.5.2)
        return PDF
    is_words = data and not data.startswith(_TNEF) and is_plain_text(data)
    return TEXT if is_words else None


def shown_title(title: str) -> str:
    """One line, in which no letter turns others round."""
    return " ".join(_TURNING.sub(" ", title).split())[:MAX_TITLE]


def safe_name(name: str | None, media_type: str, number: int) -> str:
    """One that no system takes for a path, a command or two lines of a header."""
    kept = _UNSAFE.sub("_", name or "").strip(" ._")[-100:]
    return kept or f"piece-{number}{SUFFIXES.get(media_type, '')}"
