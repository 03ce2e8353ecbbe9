"""What servers and mail software say of a mail: RFC 3464 and RFC 8098, read and written."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, Message, MIMEPart
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from typing import Any

from services.messaging.domain.mail import Report, ReportKind

_MESSAGE_ID = re.compile(r"<([^<>\s]{3,300})>")
_RETURNED_ID = re.compile(r"(?im)^message-id:\s*<([^<>\s]+)>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ABOUT = _STATUSES | {
    "message/disposition-notification",
    "message/global-disposition-notification",
}
RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
     "message/global-headers"}
)  # fmt: skip
"""The mail that it is about, or its headers (RFC 6522, 6533)."""
_ON_THE_WIRE = compat32.clone(linesep="\r\n")
"""RFC 5321 2.3.8: a line ends with both, and servers refuse a mail where one does not."""
UNKNOWN_PATIENT = "902"
"""ANS, codes of MDN: the patient is unknown here."""


def report_of(message: EmailMessage, *, of_server: bool = False) -> Report | None:
    """``None`` for a mail that is no report, or one that names no mail. What is ``of_server`` may
    be of another type and hold a delivery status all the same."""
    if message.get_content_type() != "multipart/report" and not (
        of_server and any(part.get_content_type() in _STATUSES for part in _parts(message))
    ):
        return None
    blocks: list[dict[str, str]] = []
    # The nearest of the thread, where nothing else names the mail.
    found = _MESSAGE_ID.findall(f"{message['References']} {message['In-Reply-To']}")
    kind = ReportKind.DELIVERY
    for part in _parts(message):
        content_type = part.get_content_type()
        if content_type.endswith("disposition-notification"):
            kind = ReportKind.DISPOSITION
        if content_type in _ABOUT:
            blocks += _blocks(part)
        elif content_type in RETURNED:
            found += _RETURNED_ID.findall(raw(part))[:1]
    for block in blocks:
        found += _MESSAGE_ID.findall(block.get("original-message-id", ""))
    return _report_about(found[-1], kind, blocks) if found else None


def _parts(message: EmailMessage) -> Iterator[MIMEPart]:
    return message.iter_parts() if message.is_multipart() else iter(())


def _report_about(header_id: str, kind: ReportKind, blocks: list[dict[str, str]]) -> Report:
    """Of several recipients the one whom it did not reach, else the last."""
    told = [block for block in blocks if "final-recipient" in block or "action" in block]
    failed = [block for block in told if block.get("action", "").lower().startswith("failed")]
    fields = [*told[-1:], *failed[:1]][-1] if told else {}
    status = _STATUS.search(fields.get("status", ""))
    action = re.match(r"[a-z]*", fields.get("action", "").lower())
    recipient = fields.get("original-recipient") or fields.get("final-recipient", "")
    return Report(
        kind=kind,
        header_id=header_id,
        recipient=recipient.rpartition(";")[2].strip(" <>"),
        status=status[0] if status else "",
        action=action[0] if action else "",
    )


def in_brackets(header_id: str) -> str:
    """As RFC 5322 3.6.4 writes a Message-ID, in ASCII, whatever its maker wrote in it: what is not
    could not leave."""
    return f"<{header_id.encode('ascii', 'replace').decode()}>"


def bounce(
    *,
    sender: str,
    to: str,
    recipient: str,
    header_id: str,
    status: str,
    code: str | None,
    at: datetime,
) -> bytes:
    """RFC 3464: of that mail, to that recipient, nothing was kept."""
    sentence = (
        "Votre message n’a pas pu être remis : la boîte aux lettres du patient ne peut pas le"
        " recevoir. Your message could not be delivered to this patient mailbox.\r\n"
    )
    said = f"550 {status} {f'[{code}] ' if code else ''}not delivered"
    fields = [
        f"Reporting-MTA: dns; {sender.rpartition('@')[2]}",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {said}",
    ]
    return _report(
        "delivery-status", "Undelivered Mail Returned to Sender", sender, to, sentence, fields,
        header_id, at,
    )  # fmt: skip


def receipt(
    *,
    sender: str,
    to: str,
    recipient: str,
    header_id: str,
    subject: str,
    at: datetime,
    code: str | None = None,
) -> bytes:
    """RFC 8098: the mail was put in the person's messages, or with ``code`` it was not."""
    if code:
        title = f"[KO Intégration système !][{code}] {subject}"
        sentence = f"Le message n’a pas pu être intégré (code {code}).\r\n"
        disposition = "automatic-action/MDN-sent-automatically; deleted/error"
    else:
        title = f"[Intégration système] {subject}"
        sentence = "Le message a été remis dans la messagerie du patient.\r\n"
        disposition = "automatic-action/MDN-sent-automatically; processed"
    fields = [
        f"Reporting-UA: {sender.rpartition('@')[2]}; Carnet",
        f"Final-Recipient: rfc822;{recipient}",
        f"Original-Message-ID: {in_brackets(header_id)}",
        f"Disposition: {disposition}",
    ]
    if code:
        fields.append(f"Error: {code}")
    return _report("disposition-notification", title, sender, to, sentence, fields, header_id, at)


def _report(
    kind: str,
    title: str,
    sender: str,
    to: str,
    sentence: str,
    fields: list[str],
    header_id: str,
    at: datetime,
) -> bytes:
    made = MIMEMultipart("report")
    made.set_param("report-type", kind)
    made["From"], made["To"] = sender, to
    made["Subject"] = " ".join(title.split())
    made["Date"] = format_datetime(at)
    made["Auto-Submitted"] = "auto-replied"
    made["In-Reply-To"] = in_brackets(header_id)
    made.attach(MIMEText(sentence, "plain", "utf-8"))
    made.attach(_machine(kind, fields))
    headers = MIMENonMultipart("text", "rfc822-headers")
    headers.set_payload(f"Message-ID: {in_brackets(header_id)}\r\n")
    made.attach(headers)
    return made.as_bytes(policy=_ON_THE_WIRE)


def _machine(kind: str, fields: list[str]) -> Message:
    """Blocks of fields; the library writes those of a delivery status as messages."""
    made = MIMENonMultipart("message", kind)
    if kind == "disposition-notification":
        made.set_payload("\r\n".join([*fields, ""]))
        return made
    blocks: list[Message | str] = [block := Message()]
    for field in fields:
        name, _, value = field.partition(": ")
        if name:
            block[name] = value
        else:
            blocks.append(block := Message())
    made.set_payload(blocks)
    return made


def _blocks(part: Message) -> list[dict[str, str]]:
    """``message/delivery-status`` is parsed into blocks: of the mail, then of each recipient."""
    blocks = part.get_payload()
    found = [
        {name.lower(): str(value) for name, value in block.items()}
        | _lines(str(block.get_payload()))
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, Message)
    ]
    return found or [_lines(raw(part))]


def _lines(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def raw(part: Message) -> str:
    """As it came, letters beyond ASCII in headers included."""
    own: Any = part.policy
    return part.as_bytes(policy=own.clone(utf8=True)).decode("utf-8", "replace")
