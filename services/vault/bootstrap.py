"""Reads the settings of the vault once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta

from services.vault.adapters.clamd import Clamd
from services.vault.adapters.contents import SealedContents
from services.vault.adapters.identity import RpcIdentities
from services.vault.adapters.mandatory import read_mandatory
from services.vault.adapters.profile import RpcProfiles
from services.vault.adapters.value_sets import read_value_sets
from services.vault.application import Vault
from services.vault.application.log import SOURCE_OID
from services.vault.contract import CONTRACT
from services.vault.domain.completion import Rules
from services.vault.domain.depositing import DepositRules
from services.vault.domain.people import People
from services.vault.domain.taking import Limits
from services.vault.domain.value_sets import ValueSets
from services.vault.messages import message_for
from services.vault.policies import FOLLOWS, POLICIES
from services.vault.projections.documents import DocumentList
from services.vault.projections.due import DueList, ListedDue
from services.vault.projections.listed import ListedDocuments
from services.vault.projections.results import ListedResults, ResultList
from shared.eventing.audit_lag import AuditLag
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_in
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError, read_settings
from shared.rpc.access import RpcAccess
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.objects import open_objects
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class VaultSettings:
    """Read as ``CARNET_VAULT_<FIELD>``."""

    max_document_bytes: int = 5_000_000
    """Of a content, and of the file inside a level 1 CDA (DMP)."""
    max_person_document_bytes: int = 5_000_000
    """Of what the person adds themselves (Mon espace santé)."""
    refuse_active_content: bool = True
    """Refuse PDF and RTF that hold scripts, commands (to launch, to open another file, to
    send), RTF that fetch a template or picture, embedded files, films or encryption; off, they
    are taken, and depositor and readers are warned."""
    clamd: str | None = None
    """The antivirus, ``tcp://host:port`` or ``unix:///path`` of a clamd. Set, nothing is taken in
    without its verdict; its StreamMaxLength must be above ``max_document_bytes``."""
    clamd_timeout: float = 20.0
    """Seconds of each step of a scan."""
    allow_cumulation: bool = False
    """The DMP's *cumul-invisible_patient-masque_ps*: both codes on one document."""
    class_outside_dmp: str | None = None
    """Class of document types that the CI-SIS knows and the DMP does not take; unset, they are
    refused."""
    source_oid: str = SOURCE_OID
    """OID of the system that makes exports (IHE XDM sourceId), and of its record numbers."""
    audit_lag_max: float = 60.0
    """Seconds an event may stay out of the transparency log before documents are no longer
    opened in normal mode; 0 for ever."""
    archive_after_days: int = 0
    """After which a current document is archived by itself; 0 for never."""
    integrity_batch: int = 500
    """Stored contents read again at each sweep, one after the other for ever; 0: none."""
    sweep_seconds: float = 3600.0
    """Between two looks for what is due, and for objects that no event names; one of these goes
    at the second look."""

    def archive_after(self) -> timedelta | None:
        return timedelta(days=self.archive_after_days) if self.archive_after_days else None

    def check(self, sets: ValueSets) -> None:
        if self.class_outside_dmp not in {None, *sets.classes}:
            raise SettingsError("CARNET_VAULT_CLASS_OUTSIDE_DMP is no class of doc_classes.csv")


class Built:
    """The objects of one process of the vault."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(VaultSettings, os.environ, section="vault")
        clock = self.common.clock()
        self.client = client_of(self.common, "vault")
        self.keys = remote_keys(self.client, self.common, "vault")
        self.documents = open_documents(self.common, "vault", DocumentList)
        self.found_results = open_documents(self.common, "vault", ResultList)
        self.contents = SealedContents(open_objects(self.common, "vault"), self.keys)
        self.due = open_documents(self.common, "vault", DueList)
        sets = read_value_sets()
        self.own.check(sets)
        self.app = Vault(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            access=RpcAccess(self.client),
            people=People(
                RpcIdentities(self.client),
                self.common.ins_rules(),
            ),
            contents=self.contents,
            listed=ListedDocuments(self.documents, self.keys),
            results=ListedResults(self.found_results, self.keys),
            profiles=RpcProfiles(self.client),
            mandatory=read_mandatory(),
            source_oid=self.own.source_oid,
            due=ListedDue(self.due),
            rules=DepositRules(
                limits=Limits(
                    max_bytes=self.own.max_document_bytes,
                    refuse_active=self.own.refuse_active_content,
                    scanner=Clamd(self.own.clamd, self.own.clamd_timeout)
                    if self.own.clamd
                    else None,
                ),
                metadata=Rules(sets=sets, class_outside_dmp=self.own.class_outside_dmp),
                allow_cumulation=self.own.allow_cumulation,
                max_person_bytes=self.own.max_person_document_bytes,
                archive_after=self.own.archive_after(),
            ),
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    lag = AuditLag(app, built.own.audit_lag_max)
    opening = lag.unless_late(app.open, when=lambda request: request.mode == "normal")
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app, others={"open": opening}),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_in(built.documents, built.found_results),
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
            View(DocumentList(built.keys), built.documents),
            View(ResultList(built.keys, built.contents), built.found_results),
            View(DueList(), built.due),
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
        sweeps={
            "hidden notices": built.app.tell_of_hidden,
            "hidden openings": built.app.open_hidden,
            "archives": built.app.archive_old,
            "orphans": built.app.sweep_orphans,
            "contents": lambda: built.app.sweep_contents(built.own.integrity_batch),
            "answers": built.app.forget_requests,
        },
        close=built.close,
    )
