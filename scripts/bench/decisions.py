"""What a decision costs in process: by the rules alone, and taken and saved."""

import os
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from scripts.bench.journeys import RESOURCE
from scripts.bench.yardsticks import rate_of
from services.access import contract as c
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.decision import Grounds, judge
from services.access.domain.facts import Asked, principal_for
from services.access.domain.grants import Source, Status
from services.access.domain.rights import Rights
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings

IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")


def in_process() -> dict[str, float]:
    """Microseconds of a decision by all the rules; and saved too, a second (SQLite)."""
    with tempfile.TemporaryDirectory() as folder:
        store = EventStoreSettings(data_dir=Path(folder))
        app = open_log(store, LocalKeys(os.urandom(32), "access"), SystemClock())
        try:
            app.prepare()
            rights = open_rights(app)
            app.save(rights)
            return {
                "decide_in_process_us": 1e6 / rate_of(lambda: _judged(app, rights)),
                "decide_saved_in_process": rate_of(lambda: decided(app, rights.record_id)),
            }
        finally:
            app.close()


def open_rights(app: Access) -> Rights:
    """Of a new record, which is open."""
    rights = Rights.open(app.secret, uuid4(), by=IDENTITY)
    source = Source(service="identity", position=1)
    rights.change_status(Status.OPEN, source=source, by=IDENTITY)
    return rights


def person_of(record_id: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id)


def _judged(app: Access, rights: Rights) -> object:
    asked = Asked(
        principal=principal_for(person_of(rights.record_id)),
        action="read",
        mode="normal",
        session=None,
        at=app.clock.now(),
    )
    matrix = app.current_matrix()
    grounds = Grounds(rights=rights, matrix=matrix, rules=app.rules)
    item = {**RESOURCE, "author": None, "facility": None, "scope": None}
    return judge(rights.record_id, asked, [item], grounds)


def decided(app: Access, record_id: UUID) -> object:
    request = c.Decide.model_validate(
        {"record_id": record_id, "action": "read", "resource": RESOURCE}
    )
    vault = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=person_of(record_id))
    return app.decide(request, vault)
