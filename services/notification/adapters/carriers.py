"""The ways out: e-mail through a mailer; text messages and letters as files for who sends them."""

import json
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from services.notification.domain.ports import Outgoing
from shared.mail.mailer import Letter, Mailer, NotNow
from shared.mail.spool import write_whole

BOUNCE = "bounce+"
"""What begins the address a mail comes back to; its reference follows."""


class EmailCarrier:
    """``sender``: who it is from; it comes back to ``bounce+<reference>@`` the same domain."""

    def __init__(
        self, mailer: Mailer, *, sender: str, link: str, now: Callable[[], datetime]
    ) -> None:
        self._mailer = mailer
        self._sender = sender
        self._link = link
        self._now = now

    def carry(self, outgoing: Outgoing) -> None:
        domain = self._sender.rpartition("@")[2]
        made = EmailMessage(policy=SMTP)
        made["From"] = self._sender
        made["To"] = outgoing.address
        made["Subject"] = outgoing.template.subject
        made["Date"] = format_datetime(self._now())
        made["Message-ID"] = f"<{outgoing.reference}@{domain}>"
        made["Auto-Submitted"] = "auto-generated"
        made["Content-Language"] = outgoing.language
        made.set_content(outgoing.template.body_with(self._link))
        self._mailer.deliver(
            Letter(
                sender=f"{BOUNCE}{outgoing.reference.hex}@{domain}",
                recipient=outgoing.address,
                content=made.as_bytes(),
            )
        )

    def close(self) -> None:
        self._mailer.close()


class FolderCarrier:
    """One JSON file for each: a text message for the operator that sends them, or a letter for
    the printer, which the insurer addresses from its own file by the record's id."""

    def __init__(self, folder: Path, *, link: str) -> None:
        self._folder = folder
        self._link = link
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def carry(self, outgoing: Outgoing) -> None:
        template = outgoing.template
        said = {
            "reference": str(outgoing.reference),
            "record_id": str(outgoing.record_id),
            "language": outgoing.language,
            "to": outgoing.address or None,
            "subject": template.subject,
            "text": template.text_with(self._link),
            "body": template.body_with(self._link),
        }
        content = json.dumps(said, ensure_ascii=False, indent=1).encode()
        try:
            write_whole(self._folder / f"{outgoing.reference}.json", content)
        except OSError as error:
            raise NotNow("the folder cannot be written") from error

    def close(self) -> None:
        """Nothing is kept open."""
