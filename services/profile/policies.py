"""What profile does when something happens elsewhere."""

from collections.abc import Callable, Mapping
from uuid import UUID

from services.profile.application import Profile
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

SELF = Actor(kind=ActorKind.SERVICE, id="profile")


def on_record_erased(app: Profile, received: Received) -> Outcome[Done] | None:
    """The keys are gone; the rows that nobody can open any more go too."""
    return app.forget_record(UUID(received.data["record_id"]), SELF)


POLICIES: Mapping[str, Callable[[Profile, Received], Outcome[Done] | None]] = {
    "identity.record_erased": on_record_erased,
}
