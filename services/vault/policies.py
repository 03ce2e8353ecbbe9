"""What the vault does when identity merges or splits two records of one person."""

from collections.abc import Callable, Mapping
from uuid import UUID

from pydantic import BaseModel

from services.vault.application import Vault
from services.vault.domain.kin import Kin
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.stores.event_log import Outcome

FOLLOWS = ("identity",)


class Applied(BaseModel):
    """A policy has nobody to answer."""


Policy = Callable[[Vault, Received], Outcome[Applied] | None]


def on_records_merged(app: Vault, received: Received) -> Outcome[Applied] | None:
    """What is the source's is served under the target, by the target's rights."""
    if received.record is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    source, target = _kin(app, UUID(received.data["source"])), _kin(app, received.record)
    source.be_served_under(target.record, by)
    target.take(source.record, by)
    return Outcome(answer=Applied(), save=[source, target])


def on_records_split(app: Vault, received: Received) -> Outcome[Applied] | None:
    """Each record has its own documents again."""
    if received.record is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    source, target = _kin(app, UUID(received.data["source"])), _kin(app, received.record)
    source.be_served_under(None, by)
    target.give_back(source.record, by)
    return Outcome(answer=Applied(), save=[source, target])


POLICIES: Mapping[str, Policy] = {
    "identity.records_merged": on_records_merged,
    "identity.records_split": on_records_split,
}


def _kin(app: Vault, record_id: UUID) -> Kin:
    by = Actor(kind=ActorKind.SERVICE, id="vault")
    return app.kin_of(record_id) or Kin.know(app.secret, record_id, by)
