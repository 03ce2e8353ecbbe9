"""Reads the settings of agenda once, and builds its objects."""

import os
from dataclasses import dataclass

from services.agenda.adapters.identity import IdentityOverRpc
from services.agenda.adapters.prevention_table import read_table
from services.agenda.application import Agenda
from services.agenda.contract import CONTRACT
from services.agenda.domain.ports import Limits, Lists
from services.agenda.messages import message_for
from services.agenda.policies import FOLLOWS, POLICIES
from services.agenda.projections.appointments import AppointmentList, ListedAppointments
from services.agenda.projections.plans import ListedPlans, PlanDays
from services.agenda.projections.reminders import ListedReminders, ReminderList
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_shown
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.rpc.access import RpcAccess
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class AgendaSettings:
    """Read as ``CARNET_AGENDA_<FIELD>``."""

    max_components: int = 500
    """Of one calendar or bundle."""
    max_series: int = 100
    """Of one calendar: how many of its components may repeat."""
    max_appointments: int = 5000
    """Of one record; each changed occurrence of a series counts."""
    max_reminders: int = 1000
    """To come, of one record."""
    sweep_seconds: float = 5.0
    """Between two looks for reminders and plans that are due."""

    @property
    def limits(self) -> Limits:
        return Limits(
            components=self.max_components,
            series=self.max_series,
            appointments=self.max_appointments,
            reminders=self.max_reminders,
        )


class Built:
    """The objects of one process of agenda."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(AgendaSettings, os.environ, section="agenda")
        keys_dir, clock = self.common.service_keys_dir, self.common.clock()
        self.client = client_of(self.common, "agenda")
        self.keys = remote_keys(self.client, self.common, "agenda")
        # A service is part of this deployment if its public key is there.
        self.sources = tuple(name for name in FOLLOWS if (keys_dir / f"{name}.pub").exists())
        appointments, reminders, plans = AppointmentList(self.keys), ReminderList(), PlanDays()
        self.views = tuple(
            View(view, open_documents(self.common, "agenda", view))
            for view in (appointments, reminders, plans)
        )
        self.documents = [view.documents for view in self.views]
        self.app = Agenda(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            access=RpcAccess(self.client),
            identities=IdentityOverRpc(self.client),
            lists=Lists(
                appointments=ListedAppointments(self.documents[0], self.keys),
                reminders=ListedReminders(self.documents[1]),
                plans=ListedPlans(self.documents[2]),
            ),
            table=read_table(),
            limits=self.own.limits,
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_shown(app, *built.documents),
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
        views=built.views,
        close=built.close,
    )


def following() -> Following:
    built = Built()
    return Following(
        log=built.app,
        sources=built.sources,
        policies=POLICIES,
        transport_keys=built.keys,
        pull=pull_by(built.client),
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    return Timers(
        log=built.app,
        every=built.own.sweep_seconds,
        sweeps={
            "reminders": built.app.tell_due_reminders,
            "prevention": built.app.tell_due_prevention,
        },
        close=built.close,
    )
