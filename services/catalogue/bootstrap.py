"""Reads the settings of the catalogue once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta

from services.catalogue.adapters.access import AccessOverRpc
from services.catalogue.adapters.tables import read_codes
from services.catalogue.application import Catalogue
from services.catalogue.application.log import Delays
from services.catalogue.contract import CONTRACT
from services.catalogue.messages import message_for
from services.catalogue.policies import FOLLOWS, POLICIES
from services.catalogue.projections.due import DueReminders, LiveAuthorisations, WhatIsDue
from services.catalogue.projections.services import ServiceList, ServiceReader
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_in
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class CatalogueSettings:
    """Read as ``CARNET_CATALOGUE_<FIELD>``."""

    reapproval_days: int = 30
    """What people have at least to answer when a service changes its finalities."""
    reminder_days: int = 90
    """Between two reminders of what is connected."""
    sweep_seconds: float = 5.0
    """Between two looks for what is due."""


class Built:
    """The objects of one process of the catalogue."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(CatalogueSettings, os.environ, section="catalogue")
        self.clock = self.common.clock()
        self.client = client_of(self.common, "catalogue")
        self.keys = remote_keys(self.client, self.common, "catalogue")
        self.codes = read_codes()
        self.app = Catalogue(
            EventStoreSettings.of(self.common),
            self.keys,
            self.clock,
            codes=self.codes,
            delays=Delays(
                reapproval=timedelta(days=self.own.reapproval_days),
                reminder=timedelta(days=self.own.reminder_days),
            ),
            access=AccessOverRpc(self.client),
        )
        self.services, self.live, self.reminders = (
            open_documents(self.common, "catalogue", view)
            for view in (ServiceList, LiveAuthorisations, DueReminders)
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app, ServiceReader(built.services)),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_in(built.services),
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
        views=(
            View(ServiceList(built.codes.regions), built.services),
            View(LiveAuthorisations(), built.live),
            View(DueReminders(), built.reminders),
        ),
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
    due = WhatIsDue(built.services, built.live, built.reminders)
    return Timers(
        log=app,
        every=built.own.sweep_seconds,
        sweeps={
            "reapprovals": lambda: app.ask_due_reapprovals(due.reapprovals()),
            "unapproved": lambda: app.end_due_unapproved(due.unapproved(built.clock.now())),
            "withdrawn": lambda: app.end_due_withdrawn(due.withdrawn()),
            "reminders": lambda: app.remind_due(due.reminders(built.clock.now())),
            "old requests": app.forget_requests,
        },
        close=built.close,
    )
