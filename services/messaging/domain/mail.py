"""A mail as it came, read and found harmless."""

from dataclasses import dataclass
from enum import StrEnum

from services.messaging.domain.attachment import File

SERVERS = frozenset({"mailer-daemon", "postmaster"})
"""Mailboxes of servers (RFC 2142 5; what they sign with by custom): no correspondent has one."""


class ReportKind(StrEnum):
    """DELIVERY: RFC 3464. DISPOSITION: RFC 8098."""

    DELIVERY = "delivery"
    DISPOSITION = "disposition"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What another server says of a mail of ours. ``header_id``: its Message-ID.

    ``status``: RFC 3463, as 5.1.1; empty in a disposition. ``action``: RFC 3464 2.3.3, as failed.
    """

    kind: ReportKind
    header_id: str
    recipient: str
    status: str = ""
    action: str = ""

    @property
    def says_nothing(self) -> bool:
        """Of deliveries, and not what became of any."""
        return self.kind is ReportKind.DELIVERY and not (self.action or self.status)

    @property
    def failed(self) -> bool:
        """A server that tried for days, and gives up, says so beside a status of class 4."""
        given_up = self.action == "failed" if self.action else self.status.startswith("5")
        return self.kind is ReportKind.DELIVERY and given_up


@dataclass(frozen=True, kw_only=True, repr=False)
class Mail:
    """``sender``: of the From header. ``automatic``: written by software (RFC 3834). ``signed``: it
    has a signature, which nobody verified. ``of_server``: from the empty sender, or a server's own
    mailbox: only reports and automatic answers come so (RFC 5321 4.5.5).

    ``reply_to``: where answers are wanted, if that is one mailbox. ``receipt_to``: where a
    disposition notification was asked for, if that is the sender.
    ``sha256``: of the bytes as they came.
    """

    sender: str
    sender_name: str
    subject: str
    body: str
    header_id: str
    sha256: str
    files: tuple[File, ...]
    in_reply_to: str | None
    references: tuple[str, ...]
    fin: str | None
    automatic: bool
    signed: bool
    of_server: bool
    copied: tuple[str, ...]
    reply_to: str | None
    receipt_to: str | None
    report: Report | None

    @property
    def answers_to(self) -> list[str]:
        """Message-IDs of its thread, the nearest first."""
        nearest = [self.in_reply_to] if self.in_reply_to else []
        return [*nearest, *reversed(self.references)]
