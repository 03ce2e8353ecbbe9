"""Reads the settings of profile once, and builds its objects."""

import os
from dataclasses import dataclass

from services.profile.adapters.biology import BiologyReports
from services.profile.adapters.identity import RpcPeople
from services.profile.adapters.reference import (
    read_biology,
    read_growth,
    read_kinds,
    read_questionnaires,
)
from services.profile.adapters.units import PintUnits
from services.profile.adapters.vault import RpcPapers
from services.profile.application import Profile
from services.profile.application.log import Parts
from services.profile.contract import CONTRACT
from services.profile.contract.measures import MOST
from services.profile.domain.measuring import Measuring
from services.profile.domain.summary import Printer
from services.profile.messages import message_for
from services.profile.policies import FOLLOWS, POLICIES
from services.profile.projections.listed import ListedProfiles
from services.profile.projections.sections import Sections
from services.profile.projections.series import MeasureSeries
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_shown
from shared.kernel.at_use import at_use
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError, read_settings
from shared.rpc.access import RpcAccess
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class ProfileSettings:
    """Read as ``CARNET_PROFILE_<FIELD>``."""

    max_measures: int = 5_000
    """Measures that one call may bring; 100,000 of a sensor's year are 20 calls."""
    sweep_seconds: float = 3600.0
    """Between two sweeps of what is kept for a time only."""

    def check(self) -> None:
        if not 1 <= self.max_measures <= MOST:
            raise SettingsError(f"CARNET_PROFILE_MAX_MEASURES is from 1 to {MOST}")


class Built:
    """The objects of one process of profile."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(ProfileSettings, os.environ, section="profile")
        self.own.check()
        clock = self.common.clock()
        self.client = client_of(self.common, "profile")
        self.keys = remote_keys(self.client, self.common, "profile")
        self.sections, self.series = (
            open_documents(self.common, "profile", view) for view in (Sections, MeasureSeries)
        )
        self.app = Profile(EventStoreSettings.of(self.common), self.keys, clock, self._parts())

    def close(self) -> None:
        self.app.close()
        self.client.close()

    def _parts(self) -> Parts:
        return Parts(
            access=RpcAccess(self.client),
            people=RpcPeople(self.client),
            papers=RpcPapers(self.client),
            reports=BiologyReports(read_biology(), read_kinds()),
            listed=ListedProfiles(self.sections, self.series, self.keys, lambda: self.app.secret),
            printer=at_use(_printer),
            measuring=Measuring(read_kinds(), PintUnits()),
            questionnaires=read_questionnaires(),
            growth=read_growth(),
            max_measures=self.own.max_measures,
        )


def _printer() -> Printer:
    from services.profile.adapters.pdf import PrintedSummary  # noqa: PLC0415 - reportlab: 7 MB

    return PrintedSummary()


def served() -> Served:
    built = Built()
    app = built.app
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_shown(app, built.sections, built.series),
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
            View(Sections(built.keys), built.sections),
            View(MeasureSeries(built.keys, built.app.secret), built.series),
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
    return Timers(
        log=built.app,
        every=built.own.sweep_seconds,
        sweeps={"old requests": built.app.forget_requests},
        close=built.close,
    )
