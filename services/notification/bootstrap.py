"""Reads the settings of notification once, and builds its objects."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.notification.adapters.bounces import BounceFolder
from services.notification.adapters.carriers import EmailCarrier, FolderCarrier
from services.notification.adapters.people import RpcPeople
from services.notification.adapters.words import read_sentences, read_templates
from services.notification.application import Notification
from services.notification.application.log import Ways
from services.notification.contract import CONTRACT
from services.notification.domain.ports import Carrier
from services.notification.domain.topic import Channel
from services.notification.messages import message_for
from services.notification.policies import FOLLOWS, POLICIES
from services.notification.projections.notices import NoticeReader, Notices
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_followed, position_in
from shared.kernel.common import CommonSettings
from shared.kernel.hosting import require_declared
from shared.kernel.settings import SettingsError, read_settings
from shared.mail.mailer import Mailer
from shared.mail.smtp import Server, SmtpMailer
from shared.mail.spool import SpoolMailer
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    """Read as ``CARNET_NOTIFICATION_<FIELD>``."""

    link: str = "https://carnet.localhost"
    """Where people sign in; all that a mail holds beside its fixed words."""
    sender: str = "ne-pas-repondre@carnet.localhost"
    """What comes back goes to ``bounce+<reference>@`` its domain."""
    grouping_minutes: float = 15.0
    """How long what is not urgent waits for more: a burst of results is one mail."""
    give_up_hours: float = 48.0
    """After which what nobody took is given up."""
    at_once: int = 8
    """Mails under way together."""
    sweep_seconds: float = 1.0
    """Between two looks at what is due."""
    relay: str | None = None
    """``host:port`` of the mail server; a spool folder otherwise."""
    relay_tls: bool = True
    """STARTTLS, required; production refuses to boot without."""
    relay_ca_file: Path | None = None
    """Who signed the relay's certificate, if not one of the system's authorities."""
    spool_dir: Path | None = None
    """Folders ``email``, ``text`` and ``letter`` below it; ``<data_dir>/notices`` by default.
    Without either, e-mail alone is used."""
    bounces_dir: Path | None = None
    """Where the mail server puts what came back (``new`` of a Maildir); ``<spool>/bounces`` by
    default."""

    def check(self, common: CommonSettings) -> None:
        """For the process that sends."""
        if not common.production:
            return
        if not self.relay or not self.relay_tls:
            raise SettingsError("CARNET_NOTIFICATION_RELAY must be set, and use TLS, in production")
        relay = {"CARNET_NOTIFICATION_RELAY": f"smtp://{self.relay}"}
        require_declared(relay, frozenset(common.hosting_places))

    def spool(self, common: CommonSettings) -> Path | None:
        return self.spool_dir or (common.data_dir / "notices" if common.data_dir else None)

    def channels(self, common: CommonSettings) -> frozenset[Channel]:
        """Text messages and letters need the folder that others take them from."""
        return frozenset(Channel) if self.spool(common) else frozenset({Channel.EMAIL})

    def mailer(self, spool: Path | None) -> Mailer:
        if self.relay:
            server = Server.parse(self.relay, tls=self.relay_tls, ca_file=self.relay_ca_file)
            return SmtpMailer(server)
        if spool is None:
            raise SettingsError(
                "CARNET_NOTIFICATION_RELAY or CARNET_NOTIFICATION_SPOOL_DIR must be set"
            )
        return SpoolMailer(spool / "email")


class Built:
    """The objects of one process of notification; ``sends``: the one that lets things out."""

    def __init__(self, *, sends: bool = False) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(NotificationSettings, os.environ, section="notification")
        self.clock = self.common.clock()
        self.client = client_of(self.common, "notification")
        self.keys = remote_keys(self.client, self.common, "notification")
        self.people = RpcPeople(self.client)
        self.spool = self.own.spool(self.common)
        self.carriers = self._carriers() if sends else {}
        self.app = Notification(
            EventStoreSettings.of(self.common),
            self.keys,
            self.clock,
            people=self.people,
            ways=Ways(
                channels=self.own.channels(self.common),
                carriers=self.carriers,
                templates=read_templates(),
                grouping=timedelta(minutes=self.own.grouping_minutes),
                give_up_after=timedelta(hours=self.own.give_up_hours),
                at_once=self.own.at_once,
            ),
        )
        self.documents = open_documents(self.common, "notification", Notices)

    def _carriers(self) -> dict[Channel, Carrier]:
        self.own.check(self.common)
        mailer, link = self.own.mailer(self.spool), self.own.link
        email = EmailCarrier(mailer, sender=self.own.sender, link=link, now=self.clock.now)
        if self.spool is None:
            return {Channel.EMAIL: email}
        return {
            Channel.EMAIL: email,
            Channel.TEXT: FolderCarrier(self.spool / "text", link=link),
            Channel.LETTER: FolderCarrier(self.spool / "letter", link=link),
        }

    def position_of(self, service: str) -> int:
        """Of our own log, what the read model shows; of another's, what it shows of that."""
        heard = position_followed(self.app)(service)
        shown = position_in(self.documents)(self.app.name)
        if service == self.app.name:
            return shown
        return heard if shown >= self.app.head().position else 0

    def close(self) -> None:
        for carrier in self.carriers.values():
            carrier.close()
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    reader = NoticeReader(
        built.documents,
        app,
        read_sentences(),
        may_read=built.people.may_read,
        kin=app.kin,
    )
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, reader, app),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=built.position_of,
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
        views=(View(Notices(), built.documents),),
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
    built = Built(sends=True)
    app = built.app
    sweeps: dict[str, Callable[[], None]] = {
        "what is due": app.send_all_due,
        "old requests": app.forget_requests,
    }
    folder = built.own.bounces_dir or (built.spool / "bounces" if built.spool else None)
    if folder:
        bounces = BounceFolder(folder)
        sweeps["what came back"] = lambda: app.take_bounces(bounces.take())
    return Timers(log=app, every=built.own.sweep_seconds, sweeps=sweeps, close=built.close)
