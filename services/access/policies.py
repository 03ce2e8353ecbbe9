"""What access does when identity speaks: the state of the record is a fact of every decision."""

from collections.abc import Callable, Mapping
from typing import Any

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


POLICIES: Mapping[str, Policy] = dict.fromkeys((*STATUS_SAID, *BACK_AS_BEFORE), on_state_changed)
