"""What keyring answers to. Only services may hold a key, each those derived for itself."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.crypto.handover import Handed
from shared.crypto.remote_keys import BATCH, OpenedKey
from shared.crypto.tombstones import Tombstone
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Answer, Command, Contract, Done, Method, Request

AUDIT = "audit"
"""Carries auditors: it alone asks for keys derived for other services."""
IDENTITY = "identity"
"""Announces records and erases them: it alone makes and destroys their keys."""

Half = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""Public half of the X25519 key that the answer is sealed for, in hex."""


ServiceName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]


class KeyPurpose(StrEnum):
    """``audit``: to show an auditor what happened; the opening itself is recorded."""

    USE = "use"
    REBUILD = "rebuild"
    AUDIT = "audit"


class OpenKey(Request):
    """Without ``record_id``: the calling service's own key, made when first asked for.

    ``version``: the very one that sealed something; by default the one for new data.
    ``create``: make the record's key if it is not known.
    """

    record_id: UUID | None = None
    purpose: KeyPurpose
    recipient: Half
    version: int | None = Field(default=None, ge=1)
    create: bool = False


class OpenKeys(Request):
    """All versions of the keys of several records; unknown ones are left out."""

    record_ids: list[UUID] = Field(min_length=1, max_length=BATCH)
    purpose: KeyPurpose
    recipient: Half


class OpenedKeys(Answer):
    keys: list[OpenedKey]


class OpenForAudit(Request):
    """All versions of one record's key, derived for each of ``services``: what an auditor opens
    that record with, under a mandate that covers it."""

    record_id: UUID
    services: list[ServiceName] = Field(min_length=1, max_length=50)
    recipient: Half


class HandedFor(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str
    version: int
    key: Handed


class OpenedForAudit(Answer):
    """``tombstone``: of a record whose keys were destroyed; there are no keys then."""

    keys: list[HandedFor]
    tombstone: Tombstone | None = None


class MakeKeys(Request):
    """Keys of records that are about to begin; those that have one keep it."""

    record_ids: list[UUID] = Field(min_length=1, max_length=BATCH)


class TransportKey(Request):
    """The key that messages of that day (UTC) are sealed under on their way."""

    day: date
    recipient: Half


class HandedKey(Answer):
    key: Handed


class Rotate(Command):
    """A new version for future rows, of a record's key or a service's."""

    record_id: UUID | None = None
    service: str | None = Field(default=None, pattern=r"^[a-z][a-z_]{0,30}$")

    @model_validator(mode="after")
    def _one_of_them(self) -> "Rotate":
        if (self.record_id is None) == (self.service is None):
            raise ValueError("name a record_id or a service")
        return self


class Destroy(Command):
    """Every version of a record's key. ``certificate_of``: the decision to erase it."""

    record_id: UUID
    certificate_of: UUID


class Destroyed(Done):
    certificate: Tombstone


class RewrapAll(Command):
    """After a change of the key-encryption key: wrap every key under the new one."""


class Rewrapped(Done):
    keys: int


def identity_only(_: Any, actor: Actor) -> bool:
    return actor.id == IDENTITY


def under_mandate(request: OpenForAudit, actor: Actor) -> bool:
    """Audit, carrying an auditor whose mandate covers that record."""
    principal = actor.principal
    if actor.id != AUDIT or principal.kind is not ActorKind.AUDITOR:
        return False
    scope = (principal.claims.get("mandate") or {}).get("scope", ())
    return "all" in scope or str(request.record_id) in scope


def may_create(request: OpenKey, actor: Actor) -> bool:
    return not request.create or actor.id == IDENTITY


def may_rotate(request: Rotate, actor: Actor) -> bool:
    """An operator any key, a service its own, identity those of records."""
    if not actor.is_service:
        return True
    return actor.id == (request.service or IDENTITY)


SERVICES = frozenset({ActorKind.SERVICE})
OPERATORS = frozenset({ActorKind.OPERATOR})

CONTRACT = Contract(
    "keyring",
    (
        Method(
            name="open_key",
            request=OpenKey,
            answer=OpenedKey,
            callers=SERVICES,
            condition=may_create,
        ),
        Method(
            name="open_for_audit",
            request=OpenForAudit,
            answer=OpenedForAudit,
            callers=SERVICES,
            condition=under_mandate,
        ),
        Method(name="open_keys", request=OpenKeys, answer=OpenedKeys, callers=SERVICES),
        Method(
            name="make_keys",
            request=MakeKeys,
            answer=Done,
            callers=SERVICES,
            condition=identity_only,
        ),
        Method(name="transport_key", request=TransportKey, answer=HandedKey, callers=SERVICES),
        Method(
            name="rotate",
            request=Rotate,
            answer=Done,
            callers=SERVICES | OPERATORS,
            condition=may_rotate,
        ),
        Method(
            name="destroy",
            request=Destroy,
            answer=Destroyed,
            callers=SERVICES,
            condition=identity_only,
        ),
        Method(name="rewrap_all", request=RewrapAll, answer=Rewrapped, callers=OPERATORS),
    ),
)
