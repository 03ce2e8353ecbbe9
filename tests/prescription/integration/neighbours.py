"""Prescription, vault and keyring as they are deployed, between an ``access``, an ``identity``
and a ``directory`` that are played; run as a module."""

import os
import sys
from typing import Any
from uuid import UUID

from services.__main__ import run  # first: it monkey-patches
from services.keyring.entrypoints import rpc as keyring
from services.prescription.entrypoints import follow, project, rpc, timers
from services.vault.entrypoints import project as vault_project
from services.vault.entrypoints import rpc as vault
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.common import CommonSettings
from shared.kernel.errors import NotFound
from shared.rpc.client import RpcClient
from shared.rpc.contract import Answer, Contract, Method, Query, Request
from shared.rpc.keys import remote_keys
from shared.rpc.serve import Served, serve
from tests.prescription.world import RECORD, PlayedAccess


class Decide(Request):
    record_id: UUID
    action: str
    resource: dict[str, Any]
    mode: str = "normal"
    session: UUID | None = None


class Decided(Answer):
    permit: bool
    decision_id: UUID
    reasons: list[str]


class DecideMany(Request):
    record_id: UUID
    action: str
    attribute_tuples: list[dict[str, Any]]
    mode: str = "normal"
    session: UUID | None = None


class DecidedMany(Answer):
    permits: list[bool]


class GetIdentity(Request):
    record_id: UUID


class Identity(Answer):
    traits: dict[str, str | None]


class GetProfessional(Query):
    national_id: str


class Professional(Answer):
    given_name: str
    family_name: str


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
    (Method(name="get_identity", request=GetIdentity, answer=Identity, callers=SERVICES),),
)
DIRECTORY = Contract(
    "directory",
    (
        Method(
            name="get_professional",
            request=GetProfessional,
            answer=Professional,
            callers=SERVICES,
        ),
    ),
)
RULES = PlayedAccess()


def decide(request: Decide, by: Actor) -> Decided:
    said = RULES.decide(request.record_id, request.action, request.resource, by)
    return Decided(permit=said.permit, decision_id=said.decision_id, reasons=list(said.reasons))


def decide_many(request: DecideMany, by: Actor) -> DecidedMany:
    tuples = request.attribute_tuples
    permits = RULES.decide_many(request.record_id, request.action, tuples, by)
    return DecidedMany(permits=list(permits))


def access() -> Served:
    settings = CommonSettings.read(os.environ)
    return Served(settings=settings, handlers={"decide": decide, "decide_many": decide_many})


def identity() -> Served:
    """Makes the record's keys, as the real one does when it announces a record."""
    settings = CommonSettings.read(os.environ)
    signing_key = private_key(settings.service_keys_dir, "identity")
    tokens = ServiceTokens("identity", signing_key, settings.clock())
    client = RpcClient(settings.amqp_uri, tokens=tokens)
    keys = remote_keys(client, settings, "identity", create=True)

    def get_identity(request: GetIdentity, _by: Actor) -> Identity:
        if request.record_id == RECORD:
            keys.current(RECORD)
        traits = {
            "first_given_name": "DOMINIQUE",
            "birth_name": "PAT-TROIS",
            "birth_date": "1979-03-28",
        }
        return Identity(traits=dict(traits))

    return Served(settings=settings, handlers={"get_identity": get_identity}, close=client.close)


def directory() -> Served:
    def get_professional(_request: GetProfessional, _by: Actor) -> Professional:
        raise NotFound

    settings = CommonSettings.read(os.environ)
    return Served(settings=settings, handlers={"get_professional": get_professional})


if __name__ == "__main__":
    sys.exit(
        run(
            {
                "keyring.rpc": keyring.SERVICE,
                "access.rpc": serve(ACCESS, access),
                "identity.rpc": serve(IDENTITY, identity),
                "directory.rpc": serve(DIRECTORY, directory),
                "vault.rpc": vault.SERVICE,
                "vault.project": vault_project.SERVICE,
                "prescription.rpc": rpc.SERVICE,
                "prescription.project": project.SERVICE,
                "prescription.follow": follow.SERVICE,
                "prescription.timers": timers.SERVICE,
            }
        )
    )
