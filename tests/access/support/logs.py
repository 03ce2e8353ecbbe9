"""A whole log of access on a real store, with keys and a clock that a test holds."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access import contract as c
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.grants import Means
from services.access.domain.reference import AccessSettings
from services.access.domain.rights import Rights
from services.access.policies import POLICIES
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.stores.outcome import Followed, Link
from shared.stores.settings import EventStoreSettings
from tests.access.support.judging import NOW
from tests.access.support.people import PATIENT, RECORD, through_vault

ROOT = base64.b16decode("00" * 32)


@dataclass
class World:
    """``app``: one replica; ``replica()`` opens another on the same store."""

    app: Access
    clock: FixedClock
    keys: LocalKeys
    replica: Callable[[], Access]
    opened: list[Access]
    heard: int = 0

    def close(self) -> None:
        for app in self.opened:
            app.close()

    def hear(self, type_: str, record: UUID = RECORD, **data: Any) -> None:
        """Identity says something; it is applied as its follower does."""
        previous = self.app.places.followed("identity")
        self.heard += 1
        received = Received(
            publisher="identity",
            type=f"identity.{type_}",
            version=1,
            key=f"{record}.{self.heard}",
            epoch="1",
            position=self.heard,
            occurred_at=self.clock.now(),
            record=record,
            data=data,
        )
        outcome = POLICIES[received.type](self.app, received)
        reached = Link("1", self.heard, str(self.heard))
        self.app.apply(outcome, Followed(publisher="identity", previous=previous, reached=reached))

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


def open_world(
    data_dir: Path | None, postgres_dsn: str | None = None, settings: AccessSettings | None = None
) -> World:
    store = EventStoreSettings(data_dir=data_dir, postgres_dsn=postgres_dsn)
    keys, clock = LocalKeys(ROOT, "access"), FixedClock(NOW)
    opened: list[Access] = []

    def replica() -> Access:
        app = open_log(store, keys, clock, settings)
        app.prepare()
        opened.append(app)
        return app

    first = replica()
    return World(app=first, clock=clock, keys=keys, replica=replica, opened=opened)
