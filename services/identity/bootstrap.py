"""Reads the settings of identity once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta

from services.identity.adapters.access import AccessOverRpc
from services.identity.adapters.proof import SignedPdf
from services.identity.application import Delays, Identity
from services.identity.domain.rate import Rate
from services.identity.messages import message_for
from services.identity.projections.due_openings import DueOpenings, due_at
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.eventing.entrypoints import Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_followed
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.rpc.client import RpcClient
from shared.rpc.keys import remote_keys
from shared.rpc.serve import Served
from shared.stores.documents import Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """Read as ``CARNET_IDENTITY_<FIELD>``."""

    opposition_delay_days: int = 42
    """From the sending of the notice to the opening (CSP R1111-28: six weeks)."""
    activation_code_days: int = 30
    """Life of an activation code."""
    resolve_per_minute: int = 120
    """Existence checks one caller may make directly, in one process."""
    sweep_seconds: float = 5.0
    """Between two looks for records that are due to open."""


class Built:
    """The objects of one process of identity."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(IdentitySettings, os.environ, section="identity")
        self.clock = self.common.clock()
        signing_key = private_key(self.common.service_keys_dir, "identity")
        self.client = RpcClient(
            self.common.amqp_uri,
            tokens=ServiceTokens("identity", signing_key, self.clock),
            timeout=self.common.rpc_timeout,
        )
        # Identity alone makes the keys of records: they begin with it.
        self.keys = remote_keys(self.client, self.common, "identity", create=True)
        self.app = Identity(
            EventStoreSettings.of(self.common),
            self.keys,
            self.clock,
            delays=Delays(
                opposition=timedelta(days=self.own.opposition_delay_days),
                activation_code=timedelta(days=self.own.activation_code_days),
            ),
            ins_rules=self.common.ins_rules(),
            resolve_rate=Rate(self.own.resolve_per_minute),
            proofs=SignedPdf(signing_key),
            access=AccessOverRpc(self.client),
        )

    def due_openings(self) -> Documents:
        view = DueOpenings
        return open_documents(self.common, "identity", view.NAME, view.VERSION, view.INDEXES)

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    return Served(
        settings=built.common,
        handlers={
            "announce_record": app.announce_record,
            "announce_records": app.announce_records,
            "oppose": app.oppose,
            "withdraw_opposition": app.withdraw_opposition,
            "new_activation_code": app.new_activation_code,
            "activate": app.activate,
            "update_contact": app.update_contact,
            "close": app.close_record,
            "reopen": app.reopen,
            "suspend": app.suspend,
            "lift_suspension": app.lift_suspension,
            "resolve": app.resolve,
            "get_identity": app.get_identity,
        },
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_followed(app),
        close=built.close,
    )


def projecting() -> Projecting:
    built = Built()
    return Projecting(
        log=built.app,
        message_for=message_for,
        transport_keys=built.keys,
        amqp_uri=built.common.amqp_uri,
        views=(View(DueOpenings(), built.due_openings()),),
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    documents = built.due_openings()
    return Timers(
        log=built.app,
        every=built.own.sweep_seconds,
        sweeps={
            "openings": lambda: built.app.open_due_records(due_at(documents, built.clock.now())),
            "old requests": built.app.forget_requests,
        },
        close=built.close,
    )
