"""Reads the settings of messaging once, and builds its objects."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.messaging.adapters.contents import SealedContents
from services.messaging.adapters.directory import RpcDirectory
from services.messaging.adapters.edge import Edge, Pace
from services.messaging.adapters.letters import Letters
from services.messaging.adapters.people import RpcPeople
from services.messaging.adapters.postman import Postman
from services.messaging.adapters.trust import TrustedDomains
from services.messaging.adapters.vault import RpcProfile, RpcVault
from services.messaging.adapters.xdm import ZipArchives
from services.messaging.application import Messaging
from services.messaging.application.log import Around, Limits
from services.messaging.contract import CONTRACT
from services.messaging.messages import message_for
from services.messaging.policies import FOLLOWS, POLICIES
from services.messaging.projections.conversations import ConversationList, ListedConversations
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_shown
from shared.kernel.common import CommonSettings
from shared.kernel.hosting import require_declared
from shared.kernel.settings import SettingsError, read_settings
from shared.mail.mailer import Mailer
from shared.mail.smtp import Server, SmtpMailer
from shared.mail.spool import SpoolMailer
from shared.rpc.access import RpcAccess
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.objects import open_objects
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents

if TYPE_CHECKING:  # 2 MB of libraries where no mail comes in
    from services.messaging.adapters.smtp_server import Listening, SmtpServer

ENVELOPE = 1.5
"""What base64, headers and the text beside add to the bytes of attachments."""


@dataclass(frozen=True, kw_only=True)
class MessagingSettings:
    """Read as ``CARNET_MESSAGING_<FIELD>``."""

    file_bytes: int = 10_000_000
    """Of one attachment."""
    message_bytes: int = 10_000_000
    """Of all attachments of a message; every MSSanté operator takes as much."""
    pharmacies: bool = False
    """Let people write first to a pharmacy."""
    give_up_hours: float = 48.0
    """After which a mail that nobody took has failed."""
    trash_days: float = 30.0
    """How long a conversation stays in the trash."""
    sweep_seconds: float = 3600.0
    """Between two looks for what has been in the trash for long enough."""
    smtp_host: str = "127.0.0.1"
    """Address that the edge of secure mail listens on."""
    smtp_port: int = 2525
    """0 takes any free port."""
    smtp_cert_file: Path | None = None
    """Of the edge (PEM)."""
    smtp_key_file: Path | None = None
    """With both, STARTTLS is offered and required; production refuses to boot without."""
    smtp_clients_ca_file: Path | None = None
    """Mutual TLS: only servers with a certificate of it may write."""
    trusted_domains_file: Path | None = None
    """White list of the trust space, one domain a line, read again when it changes."""
    mails_per_minute: int = 600
    """Of one domain."""
    own_address: str = "carnet@app.mssante.fr"
    """The applicative mailbox (APP) that copies come from."""
    relay: str | None = None
    """``host:port`` of the server that mail goes out through; a spool folder otherwise."""
    relay_tls: bool = True
    """STARTTLS, required; production refuses to boot without."""
    relay_ca_file: Path | None = None
    """Who signed the relay's certificate, if not one of the system's authorities."""
    relay_cert_file: Path | None = None
    """With the key below."""
    relay_key_file: Path | None = None
    """Ours, where the relay wants mutual TLS."""
    spool_dir: Path | None = None
    """``<data_dir>/mail`` by default."""
    queue_seconds: float = 1.0
    """Between two looks at the queue."""

    def check(self, common: CommonSettings) -> None:
        """For the process that mail goes through."""
        if (self.smtp_cert_file is None) != (self.smtp_key_file is None):
            raise SettingsError(
                "CARNET_MESSAGING_SMTP_CERT_FILE and CARNET_MESSAGING_SMTP_KEY_FILE go together"
            )
        if self.smtp_clients_ca_file and not self.smtp_cert_file:
            raise SettingsError("CARNET_MESSAGING_SMTP_CERT_FILE must be set for mutual TLS")
        if not common.production:
            return
        if not self.smtp_cert_file:
            raise SettingsError("CARNET_MESSAGING_SMTP_CERT_FILE must be set in production")
        if not self.relay or not self.relay_tls:
            raise SettingsError("CARNET_MESSAGING_RELAY must be set, and use TLS, in production")
        relay = {"CARNET_MESSAGING_RELAY": f"smtp://{self.relay}"}
        require_declared(relay, frozenset(common.hosting_places))

    def limits(self) -> Limits:
        return Limits(
            file_bytes=self.file_bytes,
            message_bytes=self.message_bytes,
            pharmacies=self.pharmacies,
            give_up_after=timedelta(hours=self.give_up_hours),
            trash=timedelta(days=self.trash_days),
        )

    def listening(self) -> "Listening":
        from services.messaging.adapters.smtp_server import Listening  # noqa: PLC0415 - see above

        return Listening(
            host=self.smtp_host,
            port=self.smtp_port,
            max_bytes=round(self.message_bytes * ENVELOPE),
            cert_file=self.smtp_cert_file,
            key_file=self.smtp_key_file,
            clients_ca_file=self.smtp_clients_ca_file,
        )

    def mailer(self, data_dir: Path | None) -> Mailer:
        if self.relay:
            return SmtpMailer(
                Server.parse(
                    self.relay,
                    tls=self.relay_tls,
                    ca_file=self.relay_ca_file,
                    cert_file=self.relay_cert_file,
                    key_file=self.relay_key_file,
                )
            )
        folder = self.spool_dir or (data_dir / "mail" if data_dir else None)
        if folder is None:
            raise SettingsError("CARNET_MESSAGING_RELAY or CARNET_MESSAGING_SPOOL_DIR must be set")
        return SpoolMailer(folder)


class Built:
    """The objects of one process of messaging."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(MessagingSettings, os.environ, section="messaging")
        clock = self.common.clock()
        self.client = client_of(self.common, "messaging")
        self.keys = remote_keys(self.client, self.common, "messaging")
        self.objects = open_objects(self.common, "messaging")
        self.documents = open_documents(self.common, "messaging", ConversationList)
        self.app = Messaging(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            around=self._around(),
            limits=self.own.limits(),
        )

    def _around(self) -> Around:
        return Around(
            access=RpcAccess(self.client),
            people=RpcPeople(self.client),
            directory=RpcDirectory(self.client),
            vault=RpcVault(self.client),
            profile=RpcProfile(self.client),
            contents=SealedContents(self.objects, self.keys),
            archives=ZipArchives(),
            listed=ListedConversations(self.documents, self.keys),
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, built.app, others={"read": built.app.read_message}),
        outbox=OutboxReader(built.app, message_for, built.keys),
        position_of=position_shown(built.app, built.documents),
        close=built.close,
    )


def projecting() -> Projecting:
    built = Built()
    return Projecting(
        log=built.app,
        message_for=message_for,
        transport_keys=built.keys,
        amqp_uri=built.common.amqp_uri,
        prove=remote_proofs(built.client),
        views=(View(ConversationList(built.keys), built.documents),),
        close=built.close,
    )


def following() -> Following:
    built = Built()
    return Following(
        log=built.app,
        sources=FOLLOWS,
        policies=POLICIES,
        transport_keys=built.keys,
        pull=pull_by(built.client),
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    app = built.app
    return Timers(
        log=app,
        every=built.own.sweep_seconds,
        sweeps={
            "trash": app.empty_trash,
            "orphans": app.sweep_orphans,
            "old requests": app.forget_requests,
        },
        close=built.close,
    )


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """What the SMTP process runs: the door in, and the way out."""

    server: "SmtpServer"
    postman: Postman
    common: CommonSettings
    built: Built
    workers: ThreadPoolExecutor

    def close(self) -> None:
        self.server.stop()
        self.postman.stop()
        self.workers.shutdown()
        self.built.close()


def mailing() -> Mailing:
    from services.messaging.adapters.smtp_server import SmtpServer  # noqa: PLC0415 - see above

    built = Built()
    own = built.own
    own.check(built.common)
    workers = ThreadPoolExecutor(8, thread_name_prefix="mail")
    edge = Edge(
        built.app,
        trusted=TrustedDomains(own.trusted_domains_file),
        own_address=own.own_address,
        pace=Pace(own.mails_per_minute),
        workers=workers,
    )
    return Mailing(
        server=SmtpServer(own.listening(), edge),
        postman=Postman(
            built.app,
            Letters(built.app, own.own_address),
            own.mailer(built.common.data_dir),
            every=own.queue_seconds,
        ),
        common=built.common,
        built=built,
        workers=workers,
    )
