"""Reads the settings of notification once, and builds its objects."""

import os
from collections.abc import Mapping
from typing import Any

from services.notification.adapters.access import AccessOverRpc
from services.notification.adapters.professions import read_professions
from services.notification.application import Notification
from services.notification.domain.sentences import Sentences
from services.notification.messages import message_for
from services.notification.policies import POLICIES
from services.notification.projections.notices import NoticeReader, Notices
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_followed, position_in
from shared.kernel.common import CommonSettings
from shared.rpc.client import RpcClient
from shared.rpc.keys import remote_keys
from shared.rpc.serve import Served
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents

SOURCES = ("access", "vault")
SWEEP_SECONDS = 3600.0
"""Between two sweeps of what is kept for a time only."""


class Built:
    """The objects of one process of notification."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        clock = self.common.clock()
        signing_key = private_key(self.common.service_keys_dir, "notification")
        self.client = RpcClient(
            self.common.amqp_uri,
            tokens=ServiceTokens("notification", signing_key, clock),
            timeout=self.common.rpc_timeout,
        )
        self.keys = remote_keys(self.client, self.common, "notification")
        self.access = AccessOverRpc(self.client)
        self.app = Notification(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            may_read=self.access.may_read,
        )
        view = Notices
        self.documents = open_documents(
            self.common, "notification", view.NAME, view.VERSION, view.INDEXES
        )

    def position_of(self, service: str) -> int:
        """Of our own log, what the read model shows; of another's, what it shows of that."""
        heard = position_followed(self.app)(service)
        shown = position_in(self.documents)(self.app.name)
        if service == self.app.name:
            return shown
        return heard if shown >= self.app.head().position else 0

    def pull(self, service: str, after: int, limit: int) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.client.call(
            service, "events", {"after": after, "limit": limit}
        )
        return answer

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    reader = NoticeReader(
        built.documents, built.app, Sentences(read_professions()), built.access.may_read
    )
    return Served(
        settings=built.common,
        handlers={
            "notifications": reader.notifications,
            "mark_read": built.app.mark_read,
        },
        outbox=OutboxReader(built.app, message_for, built.keys),
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
        views=(View(Notices(), built.documents),),
        close=built.close,
    )


def following() -> Following:
    built = Built()
    return Following(
        log=built.app,
        sources=SOURCES,
        policies=POLICIES,
        transport_keys=built.keys,
        pull=built.pull,
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    return Timers(
        log=built.app,
        every=SWEEP_SECONDS,
        sweeps={"old requests": built.app.forget_requests},
        close=built.close,
    )
