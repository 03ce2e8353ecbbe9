"""Hands mail to an SMTP server, over a connection that is kept."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

from shared.kernel.settings import SettingsError
from shared.mail.mailer import Letter, NotNow, Refused

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CLOSING = 421
"""RFC 5321 3.8: said of a connection at any time, and not of the mail that it seems to answer."""
_MEANT = {550: "5.1.1", 551: "5.1.6", 552: "5.2.2", 553: "5.1.3", 554: "5.0.0"}


@dataclass(frozen=True, kw_only=True)
class Server:
    """``tls``: starttls (required, and checked against ``ca_file`` or the system's), or none,
    which production refuses. ``cert_file``, ``key_file``: ours, for mutual TLS."""

    host: str
    port: int = 25
    tls: Literal["starttls", "none"] = "starttls"
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    hello: str = "localhost"
    timeout: float = 30.0

    @classmethod
    def parse(cls, address: str, *, tls: bool, **others: object) -> "Server":
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise SettingsError("a mail server is written host:port")
        mode: Literal["starttls", "none"] = "starttls" if tls else "none"
        return cls(host=host, port=int(port), tls=mode, **others)  # type: ignore[arg-type]  # fields of this class

    def context(self) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if self.cert_file:
            made.load_cert_chain(self.cert_file, self.key_file)
        return made


class SmtpMailer:
    """Connections are kept and used again; as many as are under way at once."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._idle: list[smtplib.SMTP] = []
        self._lock = Lock()

    def deliver(self, letter: Letter) -> None:
        try:
            self._send(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise _meaning(code, text) from None
        except smtplib.SMTPResponseException as answer:
            raise _meaning(answer.smtp_code, answer.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(type(error).__name__) from error

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(self, letter: Letter) -> None:
        while kept := self._take():
            try:
                self._through(kept, letter)
            except smtplib.SMTPServerDisconnected:
                continue  # it had closed the kept connection meanwhile
            except smtplib.SMTPResponseException as answer:
                if answer.smtp_code != CLOSING:
                    raise
                continue  # it had said so, and nobody had listened
            return
        self._through(self._open(), letter)

    def _through(self, connection: smtplib.SMTP, letter: Letter) -> None:
        """Kept afterwards, unless something else than a refused recipient happened."""
        try:
            connection.sendmail(letter.sender, [letter.recipient], letter.content)
        except smtplib.SMTPRecipientsRefused:
            self._give_back(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)

    def _take(self) -> smtplib.SMTP | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: smtplib.SMTP) -> None:
        with self._lock:
            self._idle.append(connection)

    def _open(self) -> smtplib.SMTP:
        server = self._server
        made = smtplib.SMTP(server.host, server.port, server.hello, server.timeout)
        try:
            if server.tls == "starttls":
                made.starttls(context=server.context())
            made.ehlo_or_helo_if_needed()
        except BaseException:
            made.close()
            raise
        return made


def _meaning(code: int, text: bytes | str) -> NotNow | Refused:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if not 500 <= code < 600:
        return NotNow(f"answered {code}")
    found = STATUS.search(said)
    return Refused(found[0] if found and found[1] == "5" else _MEANT.get(code, "5.0.0"))
