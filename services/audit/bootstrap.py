"""Reads the settings of audit once, and builds its objects."""

import os
from functools import cached_property

from services.audit.adapters.access import RemoteAccess
from services.audit.adapters.checkpoints import CheckpointMessages, CheckpointSweep
from services.audit.adapters.directory import RemoteNames
from services.audit.adapters.files import BucketFiles
from services.audit.adapters.keyring import RemoteKeyring
from services.audit.adapters.leaves import LeafFollower, batch_of
from services.audit.adapters.rules import measures
from services.audit.adapters.sealing import RecordSealing
from services.audit.adapters.signing import log_key, verifier_key
from services.audit.adapters.tree import SqlTree
from services.audit.adapters.witnesses import KeptCosignatures, witness_keys
from services.audit.adapters.words import groups, words
from services.audit.application import Audit, Outside
from services.audit.contract import CONTRACT
from services.audit.domain.growth import Publisher
from services.audit.domain.ports import Printer
from services.audit.domain.proofs import LogReader
from services.audit.domain.settings import BUCKET, AuditSettings
from services.audit.messages import message_for
from services.audit.policies import FOLLOWS, POLICIES
from services.audit.projections.journal import JournalLines, Merges, Rights, Subjects
from services.audit.projections.journal_view import StoredJournal
from services.audit.projections.statistics import Facts, StoredCounts
from shared.auth.service_keys import private_key
from shared.crypto.signatures import check_ed25519
from shared.eventing.entrypoints import Following, FollowingLeaves, Projecting, Timers, View
from shared.eventing.messages import LeafBatch
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_in
from shared.kernel.at_use import at_use
from shared.kernel.common import CommonSettings
from shared.kernel.note import Sign, VerifierKey
from shared.kernel.settings import read_settings
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.objects import open_objects
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents


class Built:
    """The objects of one process of audit."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(AuditSettings, os.environ, section="audit")
        self.clock = self.common.clock()
        service_key = private_key(self.common.service_keys_dir, "audit")
        self.client = client_of(self.common, "audit")
        self.keys = remote_keys(self.client, self.common, "audit")
        key_file = self.own.log_key_file
        self.log_key = log_key(key_file) if key_file else service_key
        self.verifier = verifier_key(self.own.origin, self.log_key.public_key())
        self.files = BucketFiles(open_objects(self.common, BUCKET))
        self.app = Audit(EventStoreSettings.of(self.common), self.keys, self.clock)
        self.tree = SqlTree(self.app.guarded)
        self.cosigned = KeptCosignatures(self.app.guarded, self.files)

    @cached_property
    def sealing(self) -> RecordSealing:
        return RecordSealing(self.keys, self.app.secret)

    @cached_property
    def views(self) -> tuple[View, ...]:
        projections = (
            JournalLines(self.sealing, groups()),
            Subjects(self.sealing),
            Rights(),
            Merges(),
            Facts(measures(), self.sealing),
        )
        return tuple(
            View(projection, open_documents(self.common, "audit", projection))
            for projection in projections
        )

    def former(self) -> tuple[VerifierKey, Sign] | None:
        if self.own.log_key_former_file is None:
            return None
        key = log_key(self.own.log_key_former_file)
        return verifier_key(self.own.origin, key.public_key()), key.sign

    def outside(self) -> Outside:
        lines, subjects, rights, merges, facts = (view.documents for view in self.views)
        return Outside(
            access=RemoteAccess(self.client),
            names=RemoteNames(self.client, self.clock),
            journal=StoredJournal(
                lines=lines, subjects=subjects, rights=rights, merges=merges, sealing=self.sealing
            ),
            log=LogReader(
                files=self.files, places=self.tree, verifier=self.verifier, check=check_ed25519
            ),
            counts=StoredCounts(facts, self.sealing),
            keyring=RemoteKeyring(self.client, FOLLOWS),
            printer=at_use(self._printer),
            cosigned=self.cosigned,
            witnesses=witness_keys(self.own.witnesses_file),
            check=check_ed25519,
            words=words(),
        )

    def _printer(self) -> Printer:
        from services.audit.adapters.printing import SignedPdf  # noqa: PLC0415 - reportlab: 7 MB

        return SignedPdf(self.log_key)

    def position_of(self, service: str) -> int:
        """What the journal shows: of each service followed, the slowest of its views."""
        return position_in(*(view.documents for view in self.views))(service)

    def close(self) -> None:
        self.app.close()
        self.client.close()


def served() -> Served:
    built = Built()
    app = built.app
    app.answer_with(built.outside())
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app),
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
        close=built.close,
    )


def following() -> Following:
    built = Built()
    return Following(
        log=built.app,
        sources=FOLLOWS,
        policies=POLICIES,
        views=built.views,
        transport_keys=built.keys,
        pull=pull_by(built.client),
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def following_leaves() -> FollowingLeaves:
    built = Built()
    pull = pull_by(built.client, "leaves")
    followers = {service: LeafFollower(built.app, built.tree, service, pull) for service in FOLLOWS}

    def handle(batch: LeafBatch) -> None:
        followers[batch.service].take(batch_of(batch))

    return FollowingLeaves(
        follower="audit",
        sources=FOLLOWS,
        handle=handle,
        idle=lambda service: followers[service].idle(),
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    former = built.former()
    publisher = Publisher(
        tree=built.tree,
        files=built.files,
        verifier=built.verifier,
        sign=built.log_key.sign,
        former=former,
    )
    messages = CheckpointMessages(built.common.amqp_uri, built.clock, built.verifier, former)

    def close() -> None:
        messages.close()
        built.close()

    return Timers(
        log=built.app,
        every=built.own.checkpoint_seconds,
        sweeps={"checkpoint": CheckpointSweep(built.app, built.tree, publisher, messages)},
        close=close,
    )
