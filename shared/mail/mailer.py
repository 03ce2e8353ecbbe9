"""The port of outgoing mail. ``SmtpMailer`` hands it to a server, ``SpoolMailer`` to a folder."""

from dataclasses import dataclass
from typing import Protocol


class NotNow(Exception):
    """Nobody took it yet: to be tried again later."""


class Refused(Exception):
    """It will never be taken. ``status``: RFC 3463, as ``5.1.1``."""

    def __init__(self, status: str) -> None:
        super().__init__(f"refused for good: {status}")
        self.status = status

    @property
    def address_is_bad(self) -> bool:
        """The address itself is wrong or closed (RFC 3463 3.2 and 3.3: X.1.x, X.2.1)."""
        return self.status.startswith("5.1.") or self.status == "5.2.1"


@dataclass(frozen=True, kw_only=True, repr=False)
class Letter:
    """One mail to one mailbox. ``sender``: of the envelope, where a bounce goes; empty for a
    mail that must never make one (RFC 3464). ``content``: RFC 5322."""

    sender: str
    recipient: str
    content: bytes


class Mailer(Protocol):
    def deliver(self, letter: Letter) -> None:
        """Returns once the next server answers for it; :class:`NotNow` or :class:`Refused`."""
        ...

    def close(self) -> None: ...
