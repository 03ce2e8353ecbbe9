"""A whole log of access on a real store, with keys and a clock that a test holds."""

import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access import contract as c
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.grants import Means
from services.access.domain.outside import Described, Named, Outside
from services.access.domain.reference import AccessSettings
from services.access.domain.rights import Rights
from services.access.policies import POLICIES
from services.access.projections.waiting import WaitingList, WhatWaits
from shared.crypto.keys import Keys
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.ins import INS_NIR_TEST
from shared.stores.documents import Documents
from shared.stores.outcome import Followed, Link
from shared.stores.settings import EventStoreSettings
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.access.support.judging import HOUR, NOW
from tests.access.support.people import HOSPITAL, PATIENT, RECORD, through_vault
from tests.support.projecting import catch_up
from tests.support.published import published

ROOT = base64.b16decode("00" * 32)


@dataclass
class World:
    """``app``: one replica; ``replica()`` opens another on the same store."""

    app: Access
    clock: FixedClock
    keys: Keys
    replica: Callable[[], Access]
    opened: list[Access]
    outsiders: "Outsiders"
    waiting: WhatWaits
    project: Callable[[], None]
    heard: int = 0

    def close(self) -> None:
        for app in self.opened:
            app.close()

    def hear(
        self, type_: str, record: UUID | None = RECORD, *, says: str = "identity", **data: Any
    ) -> None:
        """Identity, or the catalogue, says something; it is applied as its follower does."""
        previous = self.app.places.followed(says)
        self.heard += 1
        received = Received(
            publisher=says,
            type=f"{says}.{type_}",
            version=1,
            key=f"{record}.{self.heard}",
            epoch="1",
            position=self.heard,
            occurred_at=self.clock.now(),
            record=record,
            data=published(f"{says}.{type_}", record_id=str(record) if record else None, **data),
        )
        outcome = POLICIES[received.type](self.app, received)
        reached = Link("1", self.heard, str(self.heard))
        self.app.apply(outcome, Followed(publisher=says, previous=previous, reached=reached))

    def open_record(self, record: UUID = RECORD, **announced: Any) -> None:
        self.hear("record_announced", record, **announced)
        self.hear("record_opened", record)
        self.hear("record_activated", record)
        self.hear("identity_qualified", record)

    def decide(self, actor: Actor, app: Access | None = None, **asked: Any) -> c.Decided:
        resource = {"kind": "document", "class": "10", "type": "11502-2", "confidentiality": ["N"]}
        resource |= asked.pop("resource", {})
        request = c.Decide.model_validate(
            {"record_id": RECORD, "action": "read", "resource": resource, **asked}
        )
        return (app or self.app).decide(request, through_vault(actor))

    def treated_by(self, doctor: Actor) -> None:
        self.app.name_treating_doctor(of(doctor), PATIENT)

    def rights(self) -> Rights:
        found = self.app.rights_of(RECORD)
        assert found
        return found

    def move(self, by: timedelta) -> None:
        self.clock.move(by)

    def erase(self, record: UUID = RECORD) -> None:
        assert isinstance(self.keys, LocalKeys), "keyring's keys are destroyed by identity alone"
        self.keys.erase(record)


def of(professional: Actor, record: UUID = RECORD, **more: Any) -> c.NameTreatingDoctor:
    return c.NameTreatingDoctor(
        request_id=uuid4(), record_id=record, professional=professional.id, **more
    )


def block(professional: Actor) -> c.BlockProfessional:
    return c.BlockProfessional(
        request_id=uuid4(), record_id=RECORD, professional=professional.id, reason="lost trust"
    )


def consent(professional: Actor, **more: Any) -> c.DeclareConsent:
    return c.DeclareConsent(
        request_id=uuid4(),
        record_id=RECORD,
        professional=professional.id,
        means=Means.CHECKBOX,
        **more,
    )


def care_team(*members: str, until: datetime = NOW + HOUR) -> c.JoinCareTeam:
    """Of a stay in the hospital; ``members``: their national ids."""
    return c.JoinCareTeam(
        request_id=uuid4(),
        record_id=RECORD,
        facility=HOSPITAL,
        unit="cardiology",
        members=list(members),
        episode="stay-1",
        expected_end=until,
    )


@dataclass
class Outsiders:
    """Identity and the directory, who know only these. ``people``: by INS, of the test's register,
    and how they are described."""

    people: dict[str, tuple[UUID, Described]] = field(default_factory=dict)
    professionals: dict[str, Named] = field(default_factory=dict)

    def knows(self, record: UUID, described: Described) -> None:
        self.people[described.ins] = record, described

    def find(self, described: Described) -> UUID | None:
        record, known = self.people.get(described.ins, (None, described))
        return record if _alike(described) == _alike(known) else None

    def get(self, national_id: str) -> Named | None:
        return self.professionals.get(national_id)


def _alike(person: Described) -> tuple[object, ...]:
    names = person.birth_name.upper(), person.first_given_name.upper()
    return person.oid or INS_NIR_TEST, *names, person.birth_date


def open_world(
    data_dir: Path | None,
    postgres_dsn: str | None = None,
    settings: AccessSettings | None = None,
    keys: Keys | None = None,
) -> World:
    store = EventStoreSettings(data_dir=data_dir, postgres_dsn=postgres_dsn)
    keys, clock = keys or LocalKeys(ROOT, "access"), FixedClock(NOW)
    opened: list[Access] = []
    outsiders = Outsiders()
    documents = _documents(data_dir)
    waiting = WhatWaits(documents)

    def replica() -> Access:
        app = open_log(store, keys, clock, settings, Outside(outsiders, outsiders, waiting))
        app.prepare()
        opened.append(app)
        return app

    first = replica()
    return World(
        app=first,
        clock=clock,
        keys=keys,
        replica=replica,
        opened=opened,
        outsiders=outsiders,
        waiting=waiting,
        project=lambda: _project(first, documents),
    )


def _documents(data_dir: Path | None) -> Documents:
    folder = data_dir or Path(tempfile.mkdtemp())
    return SqliteDocuments(
        sqlite_store(folder / "views.db"),
        WaitingList.NAME,
        WaitingList.VERSION,
        WaitingList.INDEXES,
    )


def _project(app: Access, documents: Documents) -> None:
    """The waiting list, as far as the log goes."""
    view = WaitingList(app.keyed)
    catch_up(app, View(view, documents))
