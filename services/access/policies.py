"""What access does when identity speaks: the state of the record is a fact of every decision."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.access.application import Access
from services.access.domain.grants import BACK_AS_BEFORE, STATUS_SAID, Source, Status
from services.access.domain.rights import Rights
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import parse_instant
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "catalogue")
"""Of the catalogue only the position counts yet: no rule lets an application in, so nothing it
says changes a decision, and a revocation is applied once it was heard."""


class Applied(BaseModel):
    """A policy has nobody to answer."""


Policy = Callable[[Access, Received], Outcome[Any] | None]


def on_state_changed(app: Access, received: Received) -> Outcome[Applied] | None:
    """Keep the new state, with the place in identity's log where it was said."""
    if received.record is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    rights = app.rights_of(received.record) or Rights.open(app.secret, received.record, by=by)
    source = Source(service=received.publisher, position=received.position)
    back = received.type in BACK_AS_BEFORE
    status = Status(rights.active_status) if back else STATUS_SAID[received.type]
    rights.change_status(status, source=source, by=by)
    if representatives := received.data.get("representatives"):
        majority = received.data.get("majority_at")
        rights.know_representatives(
            [str(person) for person in representatives],
            parse_instant(majority) if majority else None,
            source=source,
            by=by,
        )
    return Outcome(answer=Applied(), save=[rights])


def on_death_revoked(app: Access, received: Received) -> Outcome[Applied] | None:
    """Again what it was: open or activated as it was last, or as the message says."""
    rights = app.rights_of(received.record) if received.record else None
    if rights is None:
        return None
    said = received.data["status"]
    rights.change_status(
        Status(rights.active_status if said == Status.OPEN else said),
        source=Source(service=received.publisher, position=received.position),
        by=Actor(kind=ActorKind.SERVICE, id=received.publisher),
    )
    return Outcome(answer=Applied(), save=[rights])


def on_traits_corrected(app: Access, received: Received) -> Outcome[Applied] | None:
    """Another birth date moves the instant from which representatives are refused."""
    rights = app.rights_of(received.record) if received.record else None
    majority = received.data["majority_at"]
    if rights is None or not rights.representatives or majority is None:
        return None
    rights.know_representatives(
        rights.representatives,
        parse_instant(majority),
        source=Source(service=received.publisher, position=received.position),
        by=Actor(kind=ActorKind.SERVICE, id=received.publisher),
    )
    return Outcome(answer=Applied(), save=[rights])


def on_records_merged(app: Access, received: Received) -> Outcome[Applied] | None:
    """What the person forbade on either record is forbidden on the one that lives."""
    target = app.rights_of(received.record) if received.record else None
    source = app.rights_of(UUID(received.data["source"]))
    if target is None or source is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    target.take_stricter(UUID(received.data["merge_id"]), source, by=by)
    return Outcome(answer=Applied(), save=[target], relied_on={source.id: source.version})


def on_records_split(app: Access, received: Received) -> Outcome[Applied] | None:
    """Two people after all: each has again what they forbade themselves."""
    target = app.rights_of(received.record) if received.record else None
    if target is None:
        return None
    by = Actor(kind=ActorKind.SERVICE, id=received.publisher)
    target.give_stricter_back(UUID(received.data["merge_id"]), by=by)
    return Outcome(answer=Applied(), save=[target])


POLICIES: Mapping[str, Policy] = {
    **dict.fromkeys((*STATUS_SAID, *BACK_AS_BEFORE), on_state_changed),
    "identity.death_revoked": on_death_revoked,
    "identity.traits_corrected": on_traits_corrected,
    "identity.records_merged": on_records_merged,
    "identity.records_split": on_records_split,
}
