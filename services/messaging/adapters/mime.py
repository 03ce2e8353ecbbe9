"""From bytes of a mail to what is in it; whatever is wrong with them, refused and never run.

Bounded before and while it is parsed: header size, parts, depth, bytes. Nothing is fetched, no
script or style is kept, names of files are only shown.
"""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any

from services.messaging.adapters.bounces import bounce_in_words, is_server
from services.messaging.adapters.charsets import header_line, printed
from services.messaging.adapters.mime_parts import Unreadable, contents, is_signed
from services.messaging.adapters.reports import report_of
from services.messaging.domain.attachment import File
from services.messaging.domain.mail import Mail, Report

MAX_HEADER_BYTES = 64 * 1024
"""Of all headers of all parts; the library's reading of one is quadratic in its length."""
MAX_FIELD_BYTES = 16 * 1024
MAX_PARTS = 100
MAX_DELIMITERS = 1000
"""Lines that begin like one: a part needs no more than that."""
_LINES = re.compile(r"[\x00-\x1f\x7f]+")
_MESSAGE_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,400})>")
_FORMERLY = ("X-Autoreply", "X-Autorespond")
_WORD = re.compile(r"[a-z-]*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>\"(),:;\\\[\]]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE)


def read_mail(data: bytes, *, from_nobody: bool = False) -> Mail:
    """``from_nobody``: by the empty sender of its envelope. Raises :class:`Unreadable`."""
    _require_bounded(data)
    try:
        message = BytesParser(policy=_bounded()).parsebytes(data)
        return _read(message, data, from_nobody)
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
        return super().header_source_parse([header_line(line) for line in sourcelines])


def _bounded() -> Any:
    """A policy: typeshed knows no settings of one but the library's."""
    own: Any = {"taken": [0]}
    return _Bounded(**own)


def _read(message: EmailMessage, data: bytes, from_nobody: bool) -> Mail:
    of_server = from_nobody or is_server(_text(message, "From"))
    report = _report(message, of_server=of_server)
    sender = address_of(_text(message, "From"))
    body: str
    files: list[File]
    if report:  # servers write as they like, and whom a report is from decides nothing
        sender, body, files = sender or ("", ""), "", []
    elif sender is None or len(message.get_all("From", [])) != 1:
        raise Unreadable("5.6.0", "it must have one From address")
    else:
        body, files = contents(message)
    digest = hashlib.sha256(data).hexdigest()
    found = _MESSAGE_ID.search(_text(message, "Message-ID"))
    replies = address_of(", ".join(map(str, message.get_all("Reply-To", []))))
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
        automatic=of_server or _is_automatic(message),
        signed=is_signed(message),
        of_server=of_server,
        copied=tuple(_others(message)),
        reply_to=replies[1].lower() if replies else None,
        receipt_to=receipt[1].lower()
        if receipt and receipt[1].lower() == sender[1].lower()
        else None,
        report=report,
    )


def _report(message: EmailMessage, *, of_server: bool) -> Report | None:
    """What a report of deliveries says in words counts where its fields say nothing."""
    report = report_of(message, of_server=of_server)
    of_another = message.get_param("report-type", "delivery-status") != "delivery-status"
    if not of_server or of_another or (report and not report.says_nothing):
        return report
    return bounce_in_words(message) or report


def _text(message: EmailMessage, name: str) -> str:
    """A header as text; unfolded, and its encoded words read, by the policy."""
    return printed(str(message.get(name, "")))


def _is_automatic(message: EmailMessage) -> bool:
    """RFC 3834 5: one word, and perhaps parameters and remarks after it; or as it was said before
    there was that field."""
    word = _WORD.match(_text(message, "Auto-Submitted").strip())
    if word is not None and word[0].lower() not in {"", "no"}:
        return True
    precedence = _text(message, "Precedence").strip().lower()
    return precedence == "auto_reply" or any(name in message for name in _FORMERLY)


def _others(message: EmailMessage) -> list[str]:
    # Without the policy, which fails on a group with a remark after it.
    headers = [(name.lower(), str(value)) for name, value in message.raw_items()]
    written = [value for name, value in headers if name in {"to", "cc"}]
    found = [address.lower() for _, address in getaddresses(written) if _ADDRESS.fullmatch(address)]
    return [one for one in dict.fromkeys(found) if not one.endswith("@patient.mssante.fr")][:50]


def display(name: str, address: str) -> Address:
    """For a header: a name that no quoting of it can make an address of."""
    return Address(_LINES.sub(" ", name), addr_spec=address)
