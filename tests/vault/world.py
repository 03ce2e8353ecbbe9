"""A vault with a real log, read model and rules; access, identity and the object store are
played by doubles that record what they were asked."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access.domain.reference import AccessSettings
from services.vault.adapters.contents import SealedContents
from services.vault.adapters.mandatory import read_mandatory
from services.vault.adapters.value_sets import read_value_sets
from services.vault.application import Vault
from services.vault.contract.arranging import MaskAllByDefault
from services.vault.contract.deposits import Deposit, DepositedOne
from services.vault.contract.life import Unarchive
from services.vault.domain.completion import Rules
from services.vault.domain.depositing import DepositRules
from services.vault.domain.patient import Person, Traits
from services.vault.domain.people import People
from services.vault.domain.scanning import Scanner
from services.vault.domain.summary import FromProfile
from services.vault.domain.taking import Limits
from services.vault.policies import POLICIES
from services.vault.projections.documents import DocumentList
from services.vault.projections.due import DueList, ListedDue
from services.vault.projections.listed import ListedDocuments
from services.vault.projections.results import ListedResults, ResultList
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden
from shared.kernel.gate import How
from shared.kernel.ins import INS_NIR, INS_NIR_TEST, TEST_OIDS, Ins
from shared.kernel.ins_rules import InsRules
from shared.stores.documents import Documents
from shared.stores.event_log import Followed, Link, Recorded
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.support.judged import JudgedAccess
from tests.support.memory_objects import MemoryObjects
from tests.support.projecting import catch_up
from tests.support.published import published
from tests.support.settings import settings_in
from tests.vault.cda import INS

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER_RECORD = UUID("0190a000-0000-7000-8000-000000000002")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1750712184")
OTHER_HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1690784137")
AUTHOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="801234567897", profession="10", facility="1750712184"
)
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10")
CAREGIVER = Actor(
    kind=ActorKind.CAREGIVER, id="0190a000-0000-7000-8000-00000000000b", record_id=RECORD
)
STRANGER = Actor(
    kind=ActorKind.PROFESSIONAL, id="899700551239", profession="10", facility="1690784137"
)
"""Without any right."""
REFUSED = STRANGER.id
"""National id of the professional whom the played access of integration tests refuses."""
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
MOTHER = Actor(
    kind=ActorKind.REPRESENTATIVE, id="0190a000-0000-7000-8000-00000000000a", record_id=RECORD
)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator")

TRAITS = Traits(
    birth_name="PAT-TROIS",
    birth_given_names="DOMINIQUE MARIE-LOUISE",
    first_given_name="DOMINIQUE",
    sex="F",
    birth_date="1979-03-28",
    birth_place="51215",
)


def right_holders() -> JudgedAccess:
    """Two records; a caregiver and a representative of the first, where people may have
    caregivers. The doctor and the author have a consent of both."""
    access = JudgedAccess(AccessSettings(caregivers=True))
    for record_id in (RECORD, OTHER_RECORD):
        access.open(record_id)
        access.consent(record_id, DOCTOR)
        access.consent(record_id, AUTHOR)
    access.cared_for_by(RECORD, CAREGIVER)
    access.represented_by(RECORD, MOTHER)
    return access


IDENTITY_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())


@dataclass
class PlayedIdentities:
    """``unproven``: those whose INS is not told with their traits, which are those of all."""

    records: dict[Ins, UUID] = field(
        default_factory=lambda: {Ins(value=INS, oid=INS_NIR_TEST): RECORD}
    )
    persons: set[UUID] = field(default_factory=lambda: {RECORD, OTHER_RECORD})
    traits: Traits = TRAITS
    unproven: set[UUID] = field(default_factory=set)
    resolved: int = 0

    def resolve(self, ins: Ins, *, by: Actor) -> UUID | None:
        self.resolved += 1
        return self.records.get(IDENTITY_RULES.parse(ins.value, ins.oid))

    def person_of(self, record_id: UUID, *, by: Actor) -> Person:
        if record_id not in self.persons:
            raise Forbidden
        known = (ins for ins, whose in self.records.items() if whose == record_id)
        ins = next(known, None)
        return Person(traits=self.traits, ins=None if record_id in self.unproven else ins)


@dataclass
class PlayedProfiles:
    """Shows the same of each record it knows; ``None``, and ``hidden_from`` by id: a profile that
    readers may not see."""

    shown: FromProfile | None = field(default_factory=FromProfile)
    records: set[UUID] = field(default_factory=lambda: {RECORD, OTHER_RECORD})
    hidden_from: set[str] = field(default_factory=set)

    def of(self, record_id: UUID, by: Actor, how: How) -> FromProfile | None:
        hidden = record_id not in self.records or by.principal.id in self.hidden_from
        return None if hidden else self.shown


class World:
    """One vault and all around it."""

    def __init__(
        self,
        home: Path,
        *,
        objects: Any = None,
        postgres_dsn: str | None = None,
        max_bytes: int = 5_000_000,
        max_person_bytes: int | None = None,
        refuse_active: bool = True,
        scanner: Scanner | None = None,
        oids: frozenset[str] = frozenset({INS_NIR_TEST}),
    ) -> None:
        self.access = right_holders()
        self.identities = PlayedIdentities()
        self.objects: Any = objects or MemoryObjects()
        self.clock = FixedClock(datetime(2026, 11, 21, 8, 30, tzinfo=UTC))
        self.keys = LocalKeys(bytes(32), "vault")
        common = settings_in(home)
        self.documents: Documents = open_documents(common, "vault", DocumentList)
        self.contents = SealedContents(self.objects, self.keys)
        self.found_results = open_documents(common, "vault", ResultList)
        self.profiles = PlayedProfiles()
        self.due: Documents = open_documents(common, "vault", DueList)
        self.views = (
            View(DocumentList(self.keys), self.documents),
            View(ResultList(self.keys, self.contents), self.found_results),
            View(DueList(), self.due),
        )
        self.vault = Vault(
            EventStoreSettings(data_dir=home, postgres_dsn=postgres_dsn),
            self.keys,
            self.clock,
            access=self.access,
            people=People(
                self.identities,
                InsRules(accepted=oids, strict_keys=frozenset({INS_NIR})),
            ),
            contents=self.contents,
            listed=ListedDocuments(self.documents, self.keys),
            results=ListedResults(self.found_results, self.keys),
            profiles=self.profiles,
            mandatory=read_mandatory(),
            due=ListedDue(self.due),
            rules=DepositRules(
                limits=Limits(max_bytes=max_bytes, refuse_active=refuse_active, scanner=scanner),
                metadata=Rules(sets=read_value_sets()),
                allow_cumulation=False,
                max_person_bytes=max_person_bytes,
            ),
        )

    def events(self) -> list[Recorded]:
        return self.vault.read(0, 10_000)

    def topics(self) -> list[str]:
        return [event.topic for event in self.events()]

    def project(self) -> None:
        """Bring the read models up to the log."""
        catch_up(self.vault, *self.views)

    def hear(self, type_: str, record_id: UUID, said: Mapping[str, Any]) -> None:
        """Identity says it; it is applied as the follower does."""
        previous = self.vault.places.followed("identity")
        position = previous.position + 1 if previous else 1
        received = Received(
            publisher="identity",
            type=f"identity.{type_}",
            version=1,
            key="k",
            epoch="1",
            position=position,
            occurred_at=self.clock.now(),
            record=record_id,
            data=published(f"identity.{type_}", record_id=str(record_id), **said),
        )
        reached = Link("1", position, str(position))
        self.vault.apply(
            POLICIES[received.type](self.vault, received),
            Followed(publisher="identity", previous=previous, reached=reached),
        )

    def mask_by_default(self, *, on: bool = True) -> None:
        request = MaskAllByDefault(request_id=uuid4(), record_id=RECORD, on=on)
        self.vault.mask_all_by_default(request, PATIENT)

    def archive_after(self, **delay: float) -> None:
        """As the operator's setting says."""
        self.vault.rules = replace(self.vault.rules, archive_after=timedelta(**delay))

    def unarchive(self, document_id: UUID) -> None:
        self.vault.unarchive(Unarchive(request_id=uuid4(), document_id=document_id), PATIENT)

    def deposit(self, content: bytes, by: Actor = HOSPITAL, **how: Any) -> DepositedOne:
        return self.vault.deposit(asked(content, **how), by)


def asked(content: bytes, **how: Any) -> Deposit:
    return Deposit.model_validate(
        {"request_id": uuid4(), "content": base64.b64encode(content).decode(), **how}
    )


METADATA = {
    "type": "86531-1",
    "title": "Attestation de sortie",
    "creation": "2026-02-05T16:00:00.000Z",
    "service_start": "2026-02-05T16:00:00.000Z",
    "author": "801234567897",
    "institution": "1750712184",
    "specialty": "G15_10/SM26",
    "practice_setting": "ETABLISSEMENT",
    "facility_type": "SA01",
    "confidentiality": ["N"],
    "language": "fr-FR",
}
