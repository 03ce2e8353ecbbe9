"""What of a mail is for others than who it is written to: all but what the norm has them say."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from shared.mail.mailer import Letter

NOTICES = "notices"
MAILS = "mails"
"""Folders below that of the run, with what is handed to mail servers: notices, which say nothing
of anybody at all, and secure messages."""
SUBJECTS = ("Re: ", "XDM/1.0/DDM+", "[Intégration système]", "[KO Intégration système !]")
"""What begins the subject of an answer and of a receipt, which is that of the mail answered, and of
a copy, which the ANS' "Volet de transmission par messagerie" makes of title and traits."""
ADDRESSES = {"from", "to", "reply-to", "original-recipient", "final-recipient"}
"""A person's mailbox is named by their INS, and they sign with their name (MSSanté)."""


def folder_of(letter: Letter) -> str:
    return f"{NOTICES}/email" if letter.sender.startswith("bounce+") else MAILS


def in_the_clear(content: bytes) -> str:
    """Headers of the mail and of its parts, names of files among them; no text of either."""
    mail = message_from_bytes(content, policy=default)
    return "\n".join(line for part in mail.walk() for line in _headers(part))


def _headers(part: EmailMessage) -> Iterator[str]:
    for name, value in part.items():
        if name.lower() in ADDRESSES:
            continue
        if name.lower() == "subject" and str(value).startswith(SUBJECTS):
            continue
        yield f"{name}: {value}"
    if file := part.get_filename():
        yield f"file: {file}"
