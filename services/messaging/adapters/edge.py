"""The SMTP edge: who may write, to whom, and what is answered. Nothing is acknowledged before it
is stored.

What one recipient of several cannot have is returned to the sender by a bounce, and by a
disposition notification if one was asked for; a mail that nobody can have is refused at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Container, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Protocol

from services.messaging.adapters.letters import failure_code
from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import Unreadable
from services.messaging.application.taking import Arrival
from services.messaging.domain.errors import (
    RecipientClosed,
    RecipientRefused,
    RecipientUnknown,
    VisibilityRefused,
)
from services.messaging.domain.mail import Mail, Report
from services.messaging.domain.message import DOMAIN
from services.messaging.domain.ports import Mailbox
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest, Refusal, TooLarge
from shared.telemetry.logs import described, log

OK = "250 2.0.0 stored"
LATER = "451 4.3.0 try again later"
UNTRUSTED = "550 5.7.1 only domains of the trust space may write here"
NO_REPORT = "550 5.7.1 this is no report about a mail from here"
SELF = Actor(kind=ActorKind.SERVICE, id="messaging")
NOBODY = "<>"
"""The empty sender, as aiosmtpd hands it over; it takes no recipient after one that is false."""
MAX_RECIPIENTS = 100
_STATUS: tuple[tuple[type[Refusal], str], ...] = (
    (RecipientUnknown, "5.1.1"),
    (RecipientClosed, "5.2.1"),
    (RecipientRefused, "5.2.0"),
    (VisibilityRefused, "5.7.1"),
    (Forbidden, "5.7.1"),
    (TooLarge, "5.3.4"),
    (InvalidRequest, "5.6.0"),
)


class Receives(Protocol):
    """What the edge asks of messaging."""

    def mailbox(self, address: str) -> Mailbox: ...

    def keep_mail(self, request: Arrival, by: Actor) -> Any: ...

    def take_report(self, report: Report) -> bool: ...

    def answered_mailbox(self, mail: Mail) -> str | None: ...

    def return_mail(
        self, mail: Mail, returns_to: str, recipient: str, status: str, code: str | None
    ) -> None: ...

    def check_mail(self, mail: Mail) -> None: ...


@dataclass
class Pace:
    """How many mails one domain may send in a minute."""

    per_minute: int
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def allows(self, domain: str) -> bool:
        times = self._times.setdefault(domain, deque())
        now = monotonic()
        while times and times[0] < now - 60:
            times.popleft()
        if len(times) >= self.per_minute:
            return False
        times.append(now)
        return True


class Edge:
    """Handler of one server; ``trusted``: of an address, whether its domain may write."""

    def __init__(
        self,
        app: Receives,
        *,
        trusted: Container[str],
        own_address: str,
        pace: Pace,
        workers: Executor,
    ) -> None:
        self._app = app
        self._trusted = trusted
        self._own_address = own_address.lower()
        self._pace = pace
        self._workers = workers

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """An empty sender is that of reports (RFC 5321 4.5.5)."""
        sender = "" if address == NOBODY else address
        if sender and sender not in self._trusted:
            return UNTRUSTED
        if not self._pace.allows(_domain(sender)):
            return "451 4.7.1 too many mails in a minute: try again later"
        envelope.mail_from, envelope.sender = address, sender
        envelope.mail_options.extend(options)
        envelope.mailboxes = {}
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients: send the others in another mail"
        is_own = address.lower() == self._own_address
        if not is_own and not address.lower().endswith(f"@{DOMAIN}"):
            return "550 5.7.1 no mail is relayed"
        if is_own and envelope.sender:
            return "550 5.2.1 this mailbox reads no mail"
        if not is_own and envelope.sender:  # a report is known by the mail it is about
            refused = await self._work(self._resolved, envelope, address)
            if refused:
                return str(refused)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - idem
        return str(await self._work(self._taken, envelope))

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong is ours: the mail stays with its sender, who tries again."""
        log.error("mail not taken", **described(error))
        return LATER

    async def _work(self, do: Callable[..., str | None], *arguments: Any) -> str | None:
        """Stores and other services are asked in threads."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, do, *arguments)
        except Exception as error:  # noqa: BLE001 - see handle_exception
            return await self.handle_exception(error)

    def _resolved(self, envelope: Any, address: str) -> str | None:
        try:
            envelope.mailboxes[address] = self._app.mailbox(address)
        except Refusal as refusal:
            return _answer(refusal)
        return None

    def _taken(self, envelope: Any) -> str:
        try:
            mail = read_mail(envelope.content, from_nobody=not envelope.sender)
        except Unreadable as unreadable:
            return f"550 {unreadable.status} {unreadable.sentence}"
        if mail.report:  # RFC 8098 wants an empty sender; not all software does
            return OK if self._app.take_report(mail.report) else NO_REPORT
        if mail.of_server:
            return self._answered(mail)
        if _domain(mail.sender) != _domain(envelope.sender):
            return "550 5.7.1 the From address is not of the domain that sends it"
        if mail.reply_to and mail.reply_to not in self._trusted:
            mail = replace(mail, reply_to=None)  # nothing of a person leaves the trust space
        return self._kept(mail, envelope.mailboxes, envelope.sender)

    def _answered(self, mail: Mail) -> str:
        """Responders write from nobody too (RFC 3834 3.3): what they answer, and whom it was sent
        to, says whom they are of."""
        address = self._app.answered_mailbox(mail) if mail.sender in self._trusted else None
        if address is None:
            return NO_REPORT
        try:
            return self._kept(mail, {address: self._app.mailbox(address)}, mail.sender)
        except Refusal as refusal:
            return _answer(refusal)

    def _kept(self, mail: Mail, mailboxes: Mapping[str, Mailbox], returns_to: str) -> str:
        """Each recipient on its own. What fails for now fails for all: those who have it already
        are known again when it comes back."""
        try:
            self._app.check_mail(mail)
        except Refusal as refusal:
            return _answer(refusal)
        refused: dict[str, Refusal] = {}
        for address, mailbox in mailboxes.items():
            try:
                self._app.keep_mail(Arrival(mail=mail, address=address, mailbox=mailbox), SELF)
            except Refusal as refusal:
                if _status(refusal) is None:
                    return LATER
                refused[address] = refusal
        if len(refused) == len(mailboxes):
            return _answer(next(iter(refused.values())))
        for address, why in refused.items():
            status = _status(why) or "5.0.0"
            self._app.return_mail(mail, returns_to, address, status, failure_code(status))
        return OK


def _status(refusal: Refusal) -> str | None:
    """``None`` for what may be better later."""
    return next((status for kind, status in _STATUS if isinstance(refusal, kind)), None)


def _answer(refusal: Refusal) -> str:
    status = _status(refusal)
    if status is None:
        return LATER
    code = failure_code(status)
    return f"550 {status} {f'[{code}] ' if code else ''}{refusal.message}"


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
