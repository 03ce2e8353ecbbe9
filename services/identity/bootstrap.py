"""Reads the settings of identity once, and builds its objects."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.identity.adapters.access import AccessOverRpc
from services.identity.adapters.keyring import KeyringOverRpc
from services.identity.adapters.no_insi import NoInsi
from services.identity.adapters.registry import RegistryFile
from services.identity.application import Delays, Identity, Limits, Outside
from services.identity.contract import CONTRACT
from services.identity.domain.insi import Insi
from services.identity.domain.ports import ProofMaker
from services.identity.domain.rate import Rate
from services.identity.messages import message_for
from services.identity.projections.candidates import Candidates, PeopleByBirth
from services.identity.projections.due_dates import Due, DueDates, due_at
from services.identity.projections.merges import Merges, MergesByState
from shared.auth.service_keys import ServicePublicKeys, private_key
from shared.eventing.entrypoints import Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_in
from shared.eventing.timers import Sweep
from shared.kernel.at_use import at_use
from shared.kernel.common import CommonSettings
from shared.kernel.ins_rules import InsRules
from shared.kernel.settings import SettingsError, read_settings
from shared.rpc.asking import client_of
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.documents import Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


@dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """Read as ``CARNET_IDENTITY_<FIELD>``."""

    opposition_delay_days: int = 42
    """From the sending of the notice to the opening (CSP R1111-28: six weeks)."""
    contesting_delay_days: int = 42
    """From a suspension for fraud to the day the record may be closed for it (CSP R1111-36: six
    weeks without objection)."""
    activation_code_days: int = 30
    """Life of an activation code."""
    activation_tries: int = 5
    """Wrong activation codes before the code opens nothing any more."""
    erasure_delay_days: int = 60
    """From a request of erasure to the destruction: time to think again (CSP R1111-36: three
    months at most, which is 89 days in the shortest case)."""
    campaigns: bool = False
    """Announce only people of areas whose campaign is open."""
    resolve_per_minute: int = 120
    """Existence checks and INSi calls one caller may make directly, in one process."""
    insi_registry: Path | None = None
    """A national registry in a file, instead of INSi; in development that of the test people."""
    sweep_seconds: float = 5.0
    """Between two looks for records that are due to open."""

    def check(self) -> None:
        if not 0 < self.erasure_delay_days <= THREE_MONTHS:
            raise SettingsError("CARNET_IDENTITY_ERASURE_DELAY_DAYS is 1 to 89 (three months)")


THREE_MONTHS = 89
"""Days, in the shortest case: from 1 February to 1 May less one."""
TEST_PEOPLE = Path(__file__).parent / "data" / "insi_registry.csv"


class Built:
    """The objects of one process of identity."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(IdentitySettings, os.environ, section="identity")
        self.own.check()
        self.clock = self.common.clock()
        signing_key = private_key(self.common.service_keys_dir, "identity")
        self.client = client_of(self.common, "identity")
        # Identity alone makes the keys of records: they begin with it.
        self.keys = remote_keys(self.client, self.common, "identity", create=True)
        ins_rules = self.common.ins_rules()
        self.app = Identity(
            EventStoreSettings.of(self.common),
            self.keys,
            self.clock,
            delays=Delays(
                opposition=timedelta(days=self.own.opposition_delay_days),
                contesting=timedelta(days=self.own.contesting_delay_days),
                activation_code=timedelta(days=self.own.activation_code_days),
                erasure=timedelta(days=self.own.erasure_delay_days),
            ),
            limits=Limits(activation_tries=self.own.activation_tries, campaigns=self.own.campaigns),
            ins_rules=ins_rules,
            rate=Rate(self.own.resolve_per_minute),
            outside=Outside(
                proofs=at_use(partial(_proofs, signing_key)),
                access=AccessOverRpc(self.client),
                insi=self._insi(ins_rules),
                keyring=KeyringOverRpc(
                    self.client, ServicePublicKeys(self.common.service_keys_dir).of("keyring")
                ),
            ),
        )

    def _insi(self, ins_rules: InsRules) -> Insi:
        file = self.own.insi_registry or (None if self.common.production else TEST_PEOPLE)
        return RegistryFile(file, ins_rules) if file else NoInsi()

    def due_dates(self) -> Documents:
        return open_documents(self.common, "identity", DueDates)

    def candidates(self) -> Documents:
        return open_documents(self.common, "identity", Candidates)

    def merges(self) -> Documents:
        return open_documents(self.common, "identity", Merges)

    def close(self) -> None:
        self.app.close()
        self.client.close()


def _proofs(signing_key: Ed25519PrivateKey) -> ProofMaker:
    from services.identity.adapters.proof import SignedPdf  # noqa: PLC0415 - reportlab: 7 MB

    return SignedPdf(signing_key)


def served() -> Served:
    built = Built()
    app, candidates, merges = built.app, built.candidates(), built.merges()
    app.people = PeopleByBirth(candidates, built.keys, lambda: app.secret)
    app.merges_known = MergesByState(merges)
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app, others={"close": app.close_record}),
        outbox=OutboxReader(app, message_for, built.keys),
        position_of=position_in(candidates, merges),
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
            View(DueDates(), built.due_dates()),
            View(Candidates(built.keys, lambda: built.app.secret), built.candidates()),
            View(Merges(), built.merges()),
        ),
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    return Timers(
        log=built.app,
        every=built.own.sweep_seconds,
        sweeps=sweeps(built.app, built.due_dates()),
        close=built.close,
    )


def sweeps(app: Identity, documents: Documents) -> Mapping[str, Sweep]:
    """What time does, by name."""

    def sweep(kind: Due, act: Callable[[Sequence[UUID]], None]) -> Sweep:
        return lambda: act(due_at(documents, kind, app.clock.now()))

    return {
        "openings": sweep(Due.OPENING, app.open_due_records),
        "majorities": sweep(Due.MAJORITY, app.let_come_of_age),
        "erasures": sweep(Due.ERASURE, app.erase_due_records),
        "verifications": sweep(Due.VERIFICATION, app.advance_verifications),
        "old requests": app.forget_requests,
    }
