"""Reads the settings of prescription once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from services.prescription.adapters.cda import CdaDocuments
from services.prescription.adapters.people import RpcFacilities, RpcPeople
from services.prescription.adapters.qr import SegnoCodes
from services.prescription.adapters.tables import read_kinds, read_pharmacies
from services.prescription.adapters.vault import RpcVault
from services.prescription.application import Prescriptions
from services.prescription.application.log import Around, Limits
from services.prescription.contract import CONTRACT
from services.prescription.domain.ports import Codes, Paper, Receipts
from services.prescription.messages import message_for
from services.prescription.policies import FOLLOWS, POLICIES
from services.prescription.projections.prescriptions import ListedPrescriptions, PrescriptionList
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_shown
from shared.kernel.at_use import at_use
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
class PrescriptionSettings:
    """Read as ``CARNET_PRESCRIPTION_<FIELD>``."""

    near_minutes: int = 30
    """Shown in two departments within that time: noted."""
    wrong_numbers: int = 10
    """Of one caller in an hour."""
    abandon_minutes: int = 15
    """After which an issue nobody came back to is given up; more than a caller's token lives."""
    sweep_seconds: float = 60.0
    """Between two looks for what has expired or was left unfinished."""
    practice_setting: str = "AMBULATOIRE"
    """JDV_J02, of documents made from lines."""
    facility_type: str = "SA07"
    """JDV_J04."""

    def limits(self) -> Limits:
        return Limits(
            near=timedelta(minutes=self.near_minutes),
            wrong_numbers=self.wrong_numbers,
            abandon_after=timedelta(minutes=self.abandon_minutes),
        )


class Built:
    """The objects of one process of prescription."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(PrescriptionSettings, os.environ, section="prescription")
        clock = self.common.clock()
        self.client = client_of(self.common, "prescription")
        self.keys = remote_keys(self.client, self.common, "prescription")
        self.documents = open_documents(self.common, "prescription", PrescriptionList)
        self.app = Prescriptions(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            around=self._around(),
            limits=self.own.limits(),
        )

    def _around(self) -> Around:
        codes = SegnoCodes()
        fixed = {
            "practice_setting": self.own.practice_setting,
            "facility_type": self.own.facility_type,
        }
        return Around(
            access=RpcAccess(self.client),
            vault=RpcVault(self.client),
            people=RpcPeople(self.client),
            facilities=RpcFacilities(self.client),
            paper=at_use(partial(_paper, codes, fixed)),
            receipts=at_use(_receipts),
            codes=codes,
            documents=CdaDocuments(),
            listed=ListedPrescriptions(self.documents, self.keys, self.secret),
            kinds=read_kinds(),
            pharmacies=read_pharmacies(),
        )

    def secret(self) -> bytes:
        """Asked for when first needed: keyring may start after us."""
        return self.app.secret

    def close(self) -> None:
        self.app.close()
        self.client.close()


def _paper(codes: Codes, fixed: dict[str, str]) -> Paper:
    from services.prescription.adapters.paper import PdfPaper  # noqa: PLC0415 - reportlab: 7 MB

    return PdfPaper(codes, fixed)


def _receipts() -> Receipts:
    from services.prescription.adapters.receipts import (  # noqa: PLC0415 - idem
        WrittenReceipts,
    )

    return WrittenReceipts()


def served() -> Served:
    built = Built()
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, built.app),
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
        views=(View(PrescriptionList(built.keys, built.secret), built.documents),),
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
            "expired": app.expire_due,
            "unfinished issues": app.abandon_stale,
            "old requests": app.forget_requests,
        },
        close=built.close,
    )
