"""Messages in, pages of the journal out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.audit.adapters.files import FolderFiles
from services.audit.adapters.keyring import RemoteKeyring
from services.audit.adapters.printing import SignedPdf
from services.audit.adapters.rules import measures
from services.audit.adapters.sealing import RecordSealing
from services.audit.adapters.tree import SqlTree
from services.audit.adapters.witnesses import KeptCosignatures
from services.audit.adapters.words import groups, words
from services.audit.application import Audit, Outside
from services.audit.contract.journal import JournalPage, ReadJournal
from services.audit.domain.audience import Scope
from services.audit.domain.ports import Decided, Keyring
from services.audit.domain.proofs import LogReader
from services.audit.projections.journal import JournalLines, Merges, Rights, Subjects
from services.audit.projections.journal_view import StoredJournal
from services.audit.projections.statistics import Facts, StoredCounts
from shared.crypto.keys import Keys
from shared.crypto.local_keys import LocalKeys
from shared.crypto.signatures import check_ed25519
from shared.eventing.received import Received
from shared.eventing.view import ProjectionOf
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.rpc.client import RpcClient
from shared.stores.documents import At, Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.audit.logs import NOW, PRIVATE, VERIFIER, batch, publisher
from tests.neighbours.in_process import caller
from tests.support.published import published
from tests.support.settings import settings_in

RECORD, OTHER_RECORD = uuid4(), uuid4()
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(uuid4()), record_id=RECORD)
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="810000000001", profession="10")
DENTIST = Actor(kind=ActorKind.PROFESSIONAL, id="810000000002", profession="40")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1750000001")


def auditor(*scope: str) -> Actor:
    """Under a mandate over these records; over all without any."""
    mandate = {
        "id": "m1",
        "scope": list(scope or ("all",)),
        "expires": "2100-01-01T00:00:00Z",
        "physician_present": True,
    }
    return caller(ActorKind.AUDITOR, sub="a1", mandate=mandate)


AUDITOR = auditor()
CLOCK = Actor(kind=ActorKind.SERVICE, id="identity")

NOWHERE = "amqp://127.0.0.1:1"
"""Nothing listens on that port."""
LEAVES = 7
"""Of the log that is published beside."""
REFUSED_FR = "Vous n’avez rien à faire."
HIDDEN_FROM = {
    "INVISIBLE_PATIENT": {ActorKind.PATIENT, ActorKind.REPRESENTATIVE},
    "INVISIBLE_REPRESENTANTS_LEGAUX": {ActorKind.REPRESENTATIVE},
    "MASQUE_PS": {ActorKind.PROFESSIONAL},
}


class Rules:
    """Stands for the access service: the rules of the journal and of hidden documents."""

    def __init__(self) -> None:
        self.whole_for: set[str] = set()
        self.denied: set[str] = set()
        self.records: set[UUID] = {RECORD, OTHER_RECORD}
        self.asked: list[tuple[Scope, str]] = []

    def decide_journal(self, record_id: UUID, scope: Scope, by: Actor) -> Decided:
        self.asked.append((scope, by.id))
        reasons = ["own_journal_lines"]
        if by.id in self.whole_for:
            reasons.append("treating_doctor")
        permit = (
            record_id in self.records
            and by.id not in self.denied
            and (
                by.kind is not ActorKind.PROFESSIONAL
                or scope is Scope.OWN
                or by.id in self.whole_for
            )
        )
        return Decided(permit=permit, decision_id=uuid4(), reasons=reasons, refusal_fr=REFUSED_FR)

    def may_see(
        self, record_id: UUID, documents: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        return [
            not any(by.kind in HIDDEN_FROM.get(code, ()) for code in document["confidentiality"])
            for document in documents
        ]


@dataclass
class Directory:
    """``known``: names by national id."""

    known: Mapping[str, str] = field(default_factory=lambda: {DOCTOR.id: "Claire Martin"})

    def of(self, national_ids: Iterable[str]) -> dict[str, str]:
        return {id_: self.known[id_] for id_ in national_ids if id_ in self.known}


class World:
    """Messages in, pages out; beside a published log of seven leaves. ``keys``: of the service,
    as ``keyring`` has them; of that nobody is there but where a test has one."""

    def __init__(
        self, folder: Path, keys: Keys | None = None, keyring: Keyring | None = None
    ) -> None:
        keys = keys or LocalKeys(bytes(range(32)), "audit")
        settings = EventStoreSettings(data_dir=folder)
        common = settings_in(folder)
        self.rules = Rules()
        self.names = Directory()
        sealing = RecordSealing(keys, b"s" * 32)
        self.projections: tuple[ProjectionOf, ...] = (
            JournalLines(sealing, groups()),
            Subjects(sealing),
            Rights(),
            Merges(),
            Facts(measures(), sealing),
        )
        self.views: list[Documents] = [
            open_documents(common, "audit", kind)
            for kind in (JournalLines, Subjects, Rights, Merges, Facts)
        ]
        lines, subjects, rights, merges, facts = self.views
        self.audit = Audit(
            settings,
            keys,
            FixedClock(NOW),
        )
        self.published = folder / "log"
        tree, files = SqlTree(self.audit.guarded), FolderFiles(self.published)
        tree.append(batch("vault", 0, LEAVES))
        publisher(tree, files).publish()
        self.audit.answer_with(
            Outside(
                access=self.rules,
                names=self.names,
                journal=StoredJournal(
                    lines=lines, subjects=subjects, rights=rights, merges=merges, sealing=sealing
                ),
                log=LogReader(files=files, places=tree, verifier=VERIFIER, check=check_ed25519),
                counts=StoredCounts(facts, sealing),
                keyring=keyring or RemoteKeyring(RpcClient(NOWHERE), ()),
                printer=SignedPdf(PRIVATE),
                cosigned=KeptCosignatures(self.audit.guarded, files),
                witnesses=(),
                check=check_ed25519,
                words=words(),
            ),
        )
        self._reached: dict[str, int] = {}
        self.now = NOW

    def tell(self, type_: str, by: Actor, record: UUID = RECORD, **data: Any) -> None:
        """A message of another service, as the follower hands it over; a minute after the last."""
        publisher = type_.partition(".")[0]
        before = self._reached.get(publisher, 0)
        self._reached[publisher] = before + 1
        self.now += timedelta(minutes=1)
        received = Received(
            publisher=publisher,
            type=type_,
            version=1,
            key=f"{uuid4()}.1",
            epoch="e1",
            position=before + 1,
            occurred_at=self.now,
            record=record,
            data=published(
                type_,
                **{
                    "record_id": str(record),
                    "by": by.to_event(),
                    "secret": by.secret,
                    **{name.rstrip("_"): value for name, value in data.items()},
                },
            ),
        )
        at = At(source=publisher, epoch="e1", previous=before, position=before + 1)
        for projection, view in zip(self.projections, self.views, strict=True):
            view.apply(projection.writes(received), at)

    def deposit(
        self,
        by: Actor,
        *codes: str,
        type_: str = "11502-2",
        action: str = "vault.document_deposited",
    ) -> str:
        document_id = str(uuid4())
        self.tell(
            action,
            by,
            document_id=document_id,
            decision_id=str(uuid4()),
            type=type_,
            class_="11",
            author=None,
            facility=by.id,
            confidentiality=list(codes) or ["N"],
            by_patient=False,
            status="Approved",
        )
        return document_id

    def decided(self, by: Actor, *, permit: bool, **data: Any) -> str:
        decision_id = str(uuid4())
        fields: dict[str, Any] = {
            "action": "read",
            "kind": "document",
            "mode": "normal",
            "document_id": None,
            "confidentiality": [],
            "listing": False,
            "via": "vault",
            "right": "treating_doctor" if permit else "no_rule",
            "reason_fr": REFUSED_FR,
        }
        self.tell(
            "access.access_decided",
            by,
            permit=permit,
            decision_id=decision_id,
            **{**fields, **data},
        )
        return decision_id

    def read(self, by: Actor, record: UUID = RECORD, **filters: Any) -> JournalPage:
        return self.audit.journal(ReadJournal(record_id=record, **filters), by)

    def sentences(self, by: Actor, **filters: Any) -> list[str]:
        page = self.read(by, order="oldest_first", **filters)
        assert page.total == len(page.items)
        return [line.sentence_fr for line in page.items]
