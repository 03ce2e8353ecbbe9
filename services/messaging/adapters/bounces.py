"""What servers say in words of a mail that they could not deliver, where no RFC 3464 tells it.

Sources: D. J. Bernstein, "The qmail-send Bounce Message Format" (QSBMF); Exim, specification,
``X-Failed-Recipients``; RFC 3463 and RFC 5321 4.2.1 for the codes that others quote. Only what is
certain is read: it is of a server, it names a mail by a Message-ID of ours, which nobody can guess
whom the mail did not pass, and it says that it has given up.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart

from services.messaging.adapters.mime_parts import type_of, words_in
from services.messaging.adapters.reports import RETURNED, raw
from services.messaging.domain.mail import SERVERS, Report, ReportKind
from services.messaging.domain.message import own_message_of

MAX_TEXT = 1_000_000
_ID = re.compile(r"<([^<>\s]{3,300})>")
_RETURNED_ID = re.compile(r"(?im)^[> \t]*message-id:[ \t]*(?:\n[ \t]+)?<([^<>\s]{3,300})>")
_TO = re.compile(r"(?im)^[> \t]*to:[^\n@]{0,300}?([^\s<>:,;\"@]{1,64}@[a-z0-9.-]{1,253})")
_ADDRESS = re.compile(r"[^\s<>:,;\"@]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE)
_QSBMF = "Hi. This is the"
_QSBMF_RECIPIENT = re.compile(r"(?m)^<([^<>\s]{1,320})>:")
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_REPLY = re.compile(r"(?m)(?:^|[\s:>(])5[0-5]\d[ :-]")
_SENTENCES = re.compile(
    r"permanent (?:fatal )?error|did not reach the following|was not delivered to"
    r"|n['’]a pas (?:pu être|été) remis",
    re.IGNORECASE,
)
"""Of Exim, sendmail, Exchange and Domino, which give no code with them."""
_SERVER = re.compile(
    rf"(?<![\w.+-])(?:{'|'.join(sorted(SERVERS))})(?=@|>|\s*<>|\s*\(|\s*$)", re.IGNORECASE
)
_GIVEN_UP = "5.0.0"


def bounce_in_words(message: EmailMessage) -> Report | None:
    """Of a mail from the empty sender, or from a server; ``None`` for whatever is not certain."""
    text = "\n".join(_texts(message)).replace("\r\n", "\n")[:MAX_TEXT]
    words, headers = _cut(text)
    ids = [*_RETURNED_ID.findall(headers), *_thread(message)]
    header_id = next((one for one in ids if own_message_of(one)), None)
    failed = _failed(message, words, returned=bool(headers))
    if header_id is None or failed is None:
        return None
    # Each answer goes out once for each recipient: the mail itself says which of them it was.
    recipient = _TO.search(headers) or _ADDRESS.search(failed)
    status = _STATUS.search(words)
    return Report(
        kind=ReportKind.DELIVERY,
        header_id=header_id,
        recipient=(recipient[recipient.re.groups] if recipient else "").lower(),
        status=status[0] if status else _GIVEN_UP,
        action="failed",
    )


def is_server(header: str) -> bool:
    """Of a From header, which some servers write without a domain."""
    return _SERVER.search(header[:1000]) is not None


def _failed(message: EmailMessage, words: str, *, returned: bool) -> str | None:
    """Whom it did not reach, as far as that is said; ``None`` unless a server has given up."""
    exim = message.get("X-Failed-Recipients")
    if exim is not None:
        return str(exim)
    qmail = _QSBMF_RECIPIENT.search(words) if words.lstrip().startswith(_QSBMF) else None
    if qmail:
        return qmail[1]
    told = any(one.search(words) for one in (_STATUS, _REPLY, _SENTENCES))
    return "" if told and returned and is_server(str(message.get("From", ""))) else None


def _cut(text: str) -> tuple[str, str]:
    """What the server says, and the header of the mail that it returns, if it does."""
    found = next((f for f in _RETURNED_ID.finditer(text) if own_message_of(f[1])), None)
    if found is None:
        return text, ""
    begins = text.rfind("\n\n", 0, found.start()) + 1
    ends = text.find("\n\n", found.end())
    return text[:begins], text[begins : ends if ends >= 0 else len(text)]


def _thread(message: EmailMessage) -> list[str]:
    """The nearest first: Exim puts the mail behind those that it answers."""
    return _ID.findall(f"{message['References']} {message['In-Reply-To']}")[::-1]


def _texts(part: MIMEPart) -> Iterator[str]:
    if type_of(part) in RETURNED:
        yield f"\n{raw(part)}"
    elif part.is_multipart():
        for inside in part.iter_parts():
            yield from _texts(inside)
    elif part.get_content_maintype() == "text":
        yield words_in(part)
