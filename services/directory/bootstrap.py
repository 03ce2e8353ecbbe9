"""Reads the settings of the directory once, and builds its objects."""

import os
from dataclasses import dataclass
from pathlib import Path

from services.directory.adapters.code_tables import read_codes
from services.directory.application import Directory
from services.directory.contract import CONTRACT
from services.directory.domain.national_ids import NationalIdRules
from services.directory.messages import message_for
from services.directory.projections.facilities import Facilities, FacilitySearch
from services.directory.projections.mailboxes import HolderSearch, MailboxHolders
from services.directory.projections.professionals import Professionals, ProfessionalSearch
from shared.eventing.entrypoints import Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_in
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.rpc.asking import client_of
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents

SWEEP_SECONDS = 3600.0
"""Between two sweeps of what is kept for a time only."""


@dataclass(frozen=True, kw_only=True)
class DirectorySettings:
    """Read as ``CARNET_DIRECTORY_<FIELD>``."""

    strict_ids: bool | None = None
    """Check digits of RPPS and FINESS must match; by default in production only, since many
    official sample ids have false ones."""
    strict_corsican_finess: bool = False
    """With strict ids, also those of FINESS that begin with 2A or 2B: their rule is known from
    examples alone."""
    more_professions: Path | None = None
    """A CSV file (``code,display_fr``) of professions that the tables beside the code lack."""
    absent_share_max: float = 0.05
    """Of the professionals known from extracts, the share that one file may lack and have
    deactivated; a file cut short would lose more."""


class Built:
    """The objects of one process of the directory."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        own = read_settings(DirectorySettings, os.environ, section="directory")
        clock = self.common.clock()
        self.client = client_of(self.common, "directory")
        self.keys = remote_keys(self.client, self.common, "directory")
        self.codes = read_codes(more_professions=own.more_professions)
        strict = self.common.production if own.strict_ids is None else own.strict_ids
        self.app = Directory(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            codes=self.codes,
            id_rules=NationalIdRules(strict=strict, strict_corsica=own.strict_corsican_finess),
            absent_share_max=own.absent_share_max,
        )
        self.professionals, self.facilities, self.mailboxes = (
            open_documents(self.common, "directory", view)
            for view in (Professionals, Facilities, MailboxHolders)
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    professionals = ProfessionalSearch(built.professionals, app, built.codes)
    facilities = FacilitySearch(built.facilities, app, built.codes)
    holders = HolderSearch(built.mailboxes, app)
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app, professionals, facilities, holders),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_in(built.professionals, built.facilities, built.mailboxes),
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
            View(Professionals(built.app.secret), built.professionals),
            View(Facilities(built.app.secret), built.facilities),
            View(MailboxHolders(built.app.secret), built.mailboxes),
        ),
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
