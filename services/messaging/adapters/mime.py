"""From bytes of a mail to what is in it; whatever is wrong with them, refused and never run.

Bounded before and while it is parsed: header size, parts, depth, bytes. Nothing is fetched, no
script or style is kept, names of files are only shown.
"""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any

from services.messaging.adapters.html_text import words_of
from services.messaging.adapters.reports import report_of
from services.messaging.domain.attachment import File, recognise, safe_name
from services.messaging.domain.mail import Mail

MAX_HEADER_BYTES = 64 * 1024
"""Of all headers of all parts; the library's reading of one is quadratic in its length."""
MAX_FIELD_BYTES = 16 * 1024
MAX_PARTS = 100
MAX_DELIMITERS = 1000
"""Lines that begin like one: a part needs no more than that."""
MAX_DEPTH = 10
MAX_BODY = 100_000
"""Characters, as over RPC."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINES = re.compile(r"[\x00-\x1f\x7f]+")
_MESSAGE_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE)


class Unreadable(Exception):
    """``status``: RFC 3463; the sentence is for the sender's mail software."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def read_mail(data: bytes) -> Mail:
    """Raises :class:`Unreadable`."""
    _require_bounded(data)
    try:
        message = BytesParser(policy=_bounded()).parsebytes(data)
        return _read(message, data)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("5.6.0", "parts are nested too deep") from None
    except Exception as error:  # the parser lets many kinds through on what is no mail
        raise Unreadable("5.6.0", f"this is no readable mail ({type(error).__name__})") from error


def address_of(header: str | None) -> tuple[str, str] | None:
    """Name and address of a header that holds exactly one; ``None`` otherwise."""
    found = [(name, one) for name, one in getaddresses([header or ""]) if one]
    if len(found) != 1 or not _ADDRESS.fullmatch(found[0][1]):
        return None
    return _LINES.sub(" ", found[0][0]).strip()[:100], found[0][1]


def _require_bounded(data: bytes) -> None:
    many_types = data.lower().count(b"content-type:") > MAX_PARTS
    if many_types or data.count(b"\n--") > MAX_DELIMITERS:
        raise Unreadable("5.6.0", "it has too many parts")


class _Bounded(EmailPolicy):
    """Counts header bytes while parts are found, before any header is read.

    ``taken``: the count of one mail, in a list of its own: a policy itself does not change.
    """

    taken: list[int] = []  # noqa: RUF012 - the library asks for a default; none is used

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        size = sum(map(len, sourcelines))
        self.taken[0] += size
        if size > MAX_FIELD_BYTES or self.taken[0] > MAX_HEADER_BYTES:
            raise Unreadable("5.3.4", "its header is too large")
        return super().header_source_parse(sourcelines)


def _bounded() -> Any:
    """A policy: typeshed knows no settings of one but the library's."""
    own: Any = {"taken": [0]}
    return _Bounded(**own)


def _read(message: EmailMessage, data: bytes) -> Mail:
    sender = address_of(_text(message, "From"))
    if sender is None or len(message.get_all("From", [])) != 1:
        raise Unreadable("5.6.0", "it must have one From address")
    digest = hashlib.sha256(data).hexdigest()
    body, files = _parts(message)
    found = _MESSAGE_ID.search(_text(message, "Message-ID"))
    receipt = address_of(_text(message, "Disposition-Notification-To"))
    return Mail(
        sender=sender[1].lower(),
        sender_name=sender[0],
        subject=_LINES.sub(" ", _text(message, "Subject")).strip()[:400],
        body=body,
        header_id=found[1] if found else f"{digest}@none.invalid",
        sha256=digest,
        files=tuple(files),
        in_reply_to=next(iter(_MESSAGE_ID.findall(_text(message, "In-Reply-To"))), None),
        references=tuple(_MESSAGE_ID.findall(_text(message, "References"))[-50:]),
        fin=_text(message, "X-MSS-MES") or None,
        automatic=_text(message, "Auto-Submitted").strip().lower() not in {"", "no"},
        copied=tuple(_others(message)),
        receipt_to=receipt[1].lower()
        if receipt and receipt[1].lower() == sender[1].lower()
        else None,
        report=report_of(message),
    )


def _text(message: EmailMessage, name: str) -> str:
    """A header as text; unfolded, and its encoded words read, by the policy."""
    return str(message.get(name, ""))


def _others(message: EmailMessage) -> list[str]:
    written = [str(value) for name in ("To", "Cc") for value in message.get_all(name, [])]
    found = [address.lower() for _, address in getaddresses(written) if _ADDRESS.fullmatch(address)]
    return [one for one in dict.fromkeys(found) if not one.endswith("@patient.mssante.fr")][:50]


def _parts(message: EmailMessage) -> tuple[str, list[File]]:
    if _is_report(message):
        return "", []
    body = message.get_body(("plain", "html"))
    files: list[File] = []
    for depth, part in _leaves(message):
        if depth > MAX_DEPTH:
            raise Unreadable("5.6.0", "parts are nested too deep")
        if part is body or _is_other_form_of_text(part):
            continue
        files.append(_file(part, len(files) + 1))
    return _words(body), files


def _leaves(message: MIMEPart, depth: int = 0) -> Any:
    if message.get_content_maintype() == "message":
        raise Unreadable("5.6.1", "a mail inside a mail is not taken")
    if not message.is_multipart():
        yield depth, message
        return
    for part in message.iter_parts():
        yield from _leaves(part, depth + 1)


def _is_report(message: EmailMessage) -> bool:
    return message.get_content_type() == "multipart/report"


def _is_other_form_of_text(part: MIMEPart) -> bool:
    """The HTML beside the plain text, and empty parts that some software adds."""
    if part.get_filename() or part.get_content_disposition() == "attachment":
        return False
    return part.get_content_maintype() == "text" or not part.get_payload()


def _file(part: MIMEPart, number: int) -> File:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        raise Unreadable("5.6.0", "an attachment is empty or damaged")
    media_type = recognise(data)
    if media_type is None:
        raise Unreadable("5.6.1", "an attachment is not of a type that is taken")
    return File(
        name=safe_name(part.get_filename(), media_type, number), media_type=media_type, data=data
    )


def _words(body: MIMEPart | None) -> str:
    if body is None:
        return ""
    data = body.get_payload(decode=True)
    text = _decoded(data if isinstance(data, bytes) else b"", body.get_content_charset())
    if body.get_content_type() == "text/html":
        text = words_of(text)
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()[:MAX_BODY]


def _decoded(data: bytes, charset: str | None) -> str:
    """A charset that is wrong or unknown loses no letter that can be read: UTF-8, else Latin-1."""
    for candidate in (charset, "utf-8"):
        try:
            return data.decode(candidate or "utf-8")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def display(name: str, address: str) -> Address:
    """For a header: a name that no quoting of it can make an address of."""
    return Address(_LINES.sub(" ", name), addr_spec=address)
