"""The parts of a mail: all the words that a reader would see, and all files, each once (RFC 2046).

What is neither is refused with the whole mail, so that its sender knows.
"""

import re
from collections.abc import Iterable, Sequence
from email.message import MIMEPart

from services.messaging.adapters.charsets import printed, text_of
from services.messaging.adapters.html_text import words_of
from services.messaging.domain.attachment import TEXT, File, recognise, safe_name

MAX_DEPTH = 10
MAX_BODY = 100_000
"""Characters, as over RPC. Of a longer text the whole is attached, as a file."""
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_SIGNED = _SIGNATURES | {"multipart/signed"}
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
_ENCRYPTED = frozenset({"enveloped-data", "authenveloped-data"})
"""``smime-type`` (RFC 8551 3.2.2), as ``signed-data`` of a mail that its signature encloses."""
_PGP = "-----BEGIN PGP MESSAGE-----"
_WORDS = frozenset({"text/plain", "text/html"})
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TWICE = 2
"""As many words as the plain text has: then that is not the same said plainly (RFC 2046 5.1.4)."""

type_of = MIMEPart.get_content_type
Found = Sequence[str | MIMEPart]
"""Words, and parts that are files, in the order of the mail."""


class Unreadable(Exception):
    """``status``: RFC 3463; the sentence is for the sender's mail software."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def contents(message: MIMEPart) -> tuple[str, list[File]]:
    """Raises :class:`Unreadable`."""
    found = _found(message, 0)
    body = "\n\n".join(_said(found))
    parts = [one for one in found if isinstance(one, MIMEPart)]
    files = [_file(part, number) for number, part in enumerate(parts, start=1)]
    if len(body) > MAX_BODY:
        whole = File(name="message.txt", media_type=TEXT, data=body.encode())
        return body[: MAX_BODY - 1] + "…", [*files, whole]
    return body, files


def _found(part: MIMEPart, depth: int) -> Found:
    if depth > MAX_DEPTH:
        raise Unreadable("5.6.0", "parts are nested too deep")
    if type_of(part) in _SEALED or (part.get_filename() or "").lower().endswith(".p7m"):
        raise Unreadable("5.6.1", _why_sealed(part))
    if part.get_content_maintype() == "message":
        raise Unreadable("5.6.1", "a mail inside a mail is not taken")
    if not part.is_multipart():
        return _of_leaf(part)
    # A server that adds a footer leaves the signature in a mixture.
    inside = [one for one in part.iter_parts() if type_of(one) not in _SIGNATURES]
    each = [_found(one, depth + 1) for one in inside]
    if type_of(part) == "multipart/alternative":
        return _of_alternatives(inside, each)
    return [one for found in each for one in found]


def is_signed(message: MIMEPart) -> bool:
    """In clear (RFC 1847); whose signature it is, nobody looks."""
    return any(type_of(one) in _SIGNED for one in message.walk())


def _why_sealed(part: MIMEPart) -> str:
    kind = str(part.get_param("smime-type", "")).lower()
    if kind == "signed-data":
        return "its signature encloses the text: send it signed in clear, or not signed"
    if kind in _ENCRYPTED or type_of(part) == "multipart/encrypted":
        return "it is encrypted, and nobody here could read it: send it without"
    return "a mail that is encrypted, or signed and not in clear, is not read"


def _of_leaf(part: MIMEPart) -> Found:
    """A multipart without parts is the text that it holds; empty parts some software adds."""
    if part.get_filename() or part.get_content_disposition() == "attachment":
        return [part]
    if type_of(part) in _WORDS or part.get_content_maintype() == "multipart":
        return [words_in(part)]
    return [part] if part.get_payload() else []


def _of_alternatives(inside: Sequence[MIMEPart], each: Sequence[Found]) -> Found:
    """One form of the words, and the files of all: the plain one, if it says what the richest does.
    Other forms of text are no files; an invitation is one.
    """
    texts = ["\n\n".join(_said(found)) for found in each]
    plain = next((t for one, t in zip(inside, texts, strict=True) if _is_plain(one)), "")
    rich = max(texts, key=_count, default="")
    words = rich if _count(rich) > _TWICE * _count(plain) else plain
    files = [one for found in each for one in found if isinstance(one, MIMEPart)]
    return [words, *(one for one in files if not (words and _is_form_of_text(one)))]


def _is_plain(part: MIMEPart) -> bool:
    return type_of(part) == "text/plain"


def _is_form_of_text(part: MIMEPart) -> bool:
    named = part.get_filename() or part.get_content_disposition() == "attachment"
    is_text = part.get_content_maintype() == "text"
    return is_text and not named and type_of(part) != "text/calendar"


def _said(found: Iterable[str | MIMEPart]) -> list[str]:
    return [one for one in found if isinstance(one, str) and one]


def _count(text: str) -> int:
    return len(text.split())


def _file(part: MIMEPart, number: int) -> File:
    data = _data(part)
    if not data:
        raise Unreadable("5.6.0", "an attachment is empty or damaged")
    media_type = recognise(data)
    if media_type is None:
        raise Unreadable("5.6.1", "an attachment is not of a type that is taken")
    name = safe_name(printed(part.get_filename() or ""), media_type, number)
    return File(name=name, media_type=media_type, data=data)


def words_in(part: MIMEPart) -> str:
    text = text_of(_data(part), part.get_content_charset())
    if type_of(part) == "text/html":
        text = words_of(text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if text.startswith(_PGP):
        raise Unreadable("5.6.1", "it is encrypted, and nobody here could read it: send it without")
    return text


def _data(part: MIMEPart) -> bytes:
    """RFC 2045 6.8: other characters than those of base64 tell that it was damaged on its way."""
    written = part.get_payload()
    is_base64 = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
    if is_base64 and isinstance(written, str) and not _BASE64.fullmatch(written):
        raise Unreadable("5.6.0", "what base64 encodes is damaged")
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
