"""The vault and keyring as they are deployed, between an ``access`` and an ``identity`` that are
played; run as ``python -m tests.vault.integration.neighbours``."""

import os
import sys
from typing import Any
from uuid import UUID, uuid4

from services.__main__ import run  # first: it monkey-patches
from services.keyring.entrypoints import rpc as keyring
from services.vault.entrypoints import project, timers
from services.vault.entrypoints import rpc as vault
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.common import CommonSettings
from shared.rpc.asking import client_of
from shared.rpc.contract import Answer, Contract, Method, Request
from shared.rpc.keys import remote_keys
from shared.rpc.serve import Served, serve
from tests.vault.cda import INS, OID
from tests.vault.world import RECORD, REFUSED, TRAITS


class Decide(Request):
    record_id: UUID
    action: str
    resource: dict[str, Any]
    mode: str
    session: UUID | None = None


class Decided(Answer):
    permit: bool
    decision_id: UUID
    reasons: tuple[str, ...] = ()


class DecideMany(Request):
    record_id: UUID
    action: str
    attribute_tuples: list[dict[str, Any]]
    mode: str
    session: UUID | None = None


class DecidedMany(Answer):
    permits: list[bool]


class Resolve(Request):
    ins: dict[str, str]


class Existence(Answer):
    record_id: UUID | None


class GetIdentity(Request):
    record_id: UUID


class Identity(Answer):
    traits: dict[str, str | None]
    ins: dict[str, str] | None


SERVICES = frozenset({ActorKind.SERVICE})
ACCESS = Contract(
    "access",
    (
        Method(name="decide", request=Decide, answer=Decided, callers=SERVICES),
        Method(name="decide_many", request=DecideMany, answer=DecidedMany, callers=SERVICES),
    ),
)
IDENTITY = Contract(
    "identity",
    (
        Method(name="resolve", request=Resolve, answer=Existence, callers=SERVICES),
        Method(name="get_identity", request=GetIdentity, answer=Identity, callers=SERVICES),
    ),
)


def permits(record_id: UUID, by: Actor) -> bool:
    return record_id == RECORD and by.principal.id != REFUSED


def decide(request: Decide, by: Actor) -> Decided:
    return Decided(permit=permits(request.record_id, by), decision_id=uuid4())


def decide_many(request: DecideMany, by: Actor) -> DecidedMany:
    permit = permits(request.record_id, by)
    return DecidedMany(permits=[permit for _ in request.attribute_tuples])


def access() -> Served:
    settings = CommonSettings.read(os.environ)
    return Served(settings=settings, handlers={"decide": decide, "decide_many": decide_many})


def identity() -> Served:
    """Makes the record's key, as the real one does when it announces a record."""
    settings = CommonSettings.read(os.environ)
    client = client_of(settings, "identity")
    keys = remote_keys(client, settings, "identity", create=True)

    def resolve(request: Resolve, _by: Actor) -> Existence:
        known = request.ins["value"] == INS
        if known:
            keys.current(RECORD)
        return Existence(record_id=RECORD if known else None)

    def get_identity(_request: GetIdentity, _by: Actor) -> Identity:
        return Identity(traits=vars(TRAITS), ins={"value": INS, "oid": OID})

    return Served(
        settings=settings,
        handlers={"resolve": resolve, "get_identity": get_identity},
        close=client.close,
    )


if __name__ == "__main__":
    sys.exit(
        run(
            {
                "keyring.rpc": keyring.SERVICE,
                "access.rpc": serve(ACCESS, access),
                "identity.rpc": serve(IDENTITY, identity),
                "vault.rpc": vault.SERVICE,
                "vault.project": project.SERVICE,
                "vault.timers": timers.SERVICE,
            }
        )
    )
