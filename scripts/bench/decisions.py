"""What a decision costs in process: by the rules alone, and taken and saved."""

import os
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid4

from scripts.bench.asking import IDENTITY, Asking, askings
from scripts.bench.journeys import RESOURCE
from scripts.bench.yardsticks import rate_of
from services.access import contract as c
from services.access.adapters.cedar import CedarRules
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

ASKING = 5_000
"""People and professionals, each before another record."""


def in_process() -> dict[str, float]:
    """Microseconds of a decision by all the rules, for everybody another one; the share of them
    that no rule could tell from one before; and saved too, a second (SQLite)."""
    with tempfile.TemporaryDirectory() as folder:
        store = EventStoreSettings(data_dir=Path(folder))
        app = open_log(store, LocalKeys(os.urandom(32), "access"), SystemClock())
        try:
            app.prepare()
            rights = open_rights(app)
            app.save(rights)
            mix = askings(app.secret, app.clock.now(), ASKING)
            alike = _alike(app, mix)
            everybody = cycle(mix)
            return {
                "decide_in_process_us": 1e6 / rate_of(lambda: _judged(app, next(everybody))),
                "decide_alike_share": alike,
                "decide_saved_in_process": rate_of(lambda: decided(app, rights.record_id)),
            }
        finally:
            app.close()


def _alike(app: Access, mix: Sequence[Asking]) -> float:
    for asking in mix:
        _judged(app, asking)
    if not isinstance(app.rules, CedarRules):
        raise TypeError("other rules than ours are measured")
    return 1 - app.rules.evaluated.cache_info().misses / len(mix)


def open_rights(app: Access) -> Rights:
    """Of a new record, which is open."""
    rights = Rights.open(app.secret, uuid4(), by=IDENTITY)
    source = Source(service="identity", position=1)
    rights.change_status(Status.OPEN, source=source, by=IDENTITY)
    return rights


def person_of(record_id: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id)


def _judged(app: Access, asking: Asking) -> object:
    asked = Asked(
        principal=principal_for(asking.who),
        action="read",
        mode="normal",
        session=None,
        at=app.clock.now(),
    )
    grounds = Grounds(rights=asking.rights, matrix=app.current_matrix(), rules=app.rules)
    return judge(asking.rights.record_id, asked, [asking.item], grounds)


def decided(app: Access, record_id: UUID) -> object:
    request = c.Decide.model_validate(
        {"record_id": record_id, "action": "read", "resource": RESOURCE}
    )
    vault = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=person_of(record_id))
    return app.decide(request, vault)
