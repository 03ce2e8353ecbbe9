"""What a decision costs: by the rules alone, taken and saved in process, and asked over RPC."""

import os
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from scripts.bench.journeys import Place
from scripts.bench.yardsticks import rate_of
from services.access import contract as c
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.decision import Grounds, judge
from services.access.domain.facts import Asked, principal_for
from services.access.domain.grants import Source, Status
from services.access.domain.rights import Rights
from shared.auth.claims import actor_of
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import ShiftedClock, SystemClock
from shared.rpc.client import RpcClient
from shared.stores.settings import EventStoreSettings

IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")
RESOURCE = {"kind": "document", "class": "10", "type": "11502-2", "confidentiality": ["N"]}


def in_process() -> dict[str, float]:
    """Decisions a second: by the rules alone, and saved too (SQLite)."""
    with tempfile.TemporaryDirectory() as folder:
        store = EventStoreSettings(data_dir=Path(folder))
        app = open_log(store, LocalKeys(os.urandom(32), "access"), SystemClock())
        try:
            app.prepare()
            rights = _rights(app)
            app.save(rights)
            return {
                "decide_judged": rate_of(lambda: _judged(app, rights)),
                "decide_saved": rate_of(lambda: _decided(app, rights.record_id)),
            }
        finally:
            app.close()


def over_rpc(place: Place) -> float:
    """Decisions a second, one caller: the vault asks for the person of a record."""
    clock = ShiftedClock(place.clock)
    key = private_key(place.issuer_key.parent / "services", "vault")
    expires = int(clock.now().timestamp()) + 300
    claims = {"kind": "patient", "record_id": place.records[0], "exp": expires}
    person = actor_of(claims, clock.now())
    request = {"record_id": place.records[0], "action": "read", "resource": RESOURCE}
    with RpcClient(place.amqp_uri, tokens=ServiceTokens("vault", key, clock)) as rpc:
        return rate_of(lambda: rpc.call("access", "decide", request, by=person))


def _rights(app: Access) -> Rights:
    rights = Rights.open(app.secret, uuid4(), by=IDENTITY)
    source = Source(service="identity", position=1)
    rights.change_status(Status.OPEN, source=source, by=IDENTITY)
    return rights


def _person(record_id: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id)


def _judged(app: Access, rights: Rights) -> object:
    asked = Asked(
        principal=principal_for(_person(rights.record_id)),
        action="read",
        mode="normal",
        session=None,
        at=app.clock.now(),
    )
    matrix = app.current_matrix()
    grounds = Grounds(rights=rights, matrix=matrix, rules=app.rules)
    item = {**RESOURCE, "author": None, "facility": None, "scope": None}
    return judge(rights.record_id, asked, [item], grounds)


def _decided(app: Access, record_id: UUID) -> object:
    request = c.Decide.model_validate(
        {"record_id": record_id, "action": "read", "resource": RESOURCE}
    )
    vault = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=_person(record_id))
    return app.decide(request, vault)
