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
    r"permanent (?:fatal )?error|failed permanently|did not reach|was not delivered to"
    r"|(?:could|can) ?not be delivered|couldn['’]t be delivered|unable to deliver"
    r"|error (?:delivering|has occurred while attempting to deliver)|not going to try again"
    r"|delivery (?:has |to [^.]{1,80} )?failed|rejected by (?:a|the) remote|aborted after"
    r"|n['’]a pas (?:pu être|été) (?:remis|distribué)",
    re.IGNORECASE,
)
"""Of servers that give no code with them, or none that is a status."""
_SUBJECTS = re.compile(
    r"undeliver(?:able|ed)|returned mail|returning (?:message )?to sender"
    r"|(?:delivery|mail) (?:status notification \(|has )?fail(?:ed|ure)|failure notice"
    r"|non[- ]remis|échec de la remise",
    re.IGNORECASE,
)
"""Of servers that say below whom they do not know, and no more."""
_WAITS = re.compile(
    r"^warning\b|warning (?:message )?only|\bdelayed\b|\(delay\)|still (?:being re|re)?try"
    r"|still being retried|will be retried|need to resend|temporary failure report"
    r"|not yet been delivered",
    re.IGNORECASE,
)
"""Of servers that go on trying, and say below why they could not yet."""
_SERVER = re.compile(
    rf"(?<![\w.+-])(?:{'|'.join(sorted(SERVERS))})(?=@|>|\s*<>|\s*\(|\s*$)", re.IGNORECASE
)
_BY_NAME = re.compile(r"^\W*mail deliver(?:y)? (?:sub)?system\b", re.IGNORECASE)
"""What servers call themselves whose mailbox has another name."""
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
    subject = str(message.get("Subject", ""))
    in_one_line = " ".join(words.split())
    if not returned or not _signs(message) or _WAITS.search(f"{subject} {in_one_line}"):
        return None
    told = _SENTENCES.search(in_one_line) or _STATUS.search(words) or _REPLY.search(words)
    return "" if told or _SUBJECTS.search(subject) else None


def _signs(message: EmailMessage) -> bool:
    """A server, and no person's mailbox that answers by itself (RFC 3834 3.3). Some give no address
    at all, as in their envelope."""
    sender = str(message.get("From", ""))
    return is_server(sender) or "@" not in sender or _BY_NAME.match(sender) is not None


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
    elif part.get_content_maintype() == "multipart":  # whose boundary is not the one it names
        yield str(part.get_payload())
