"""What profile does when something happens elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any

from services.profile.application import Profile
from shared.eventing.kin import MERGES
from shared.eventing.received import Received
from shared.stores.event_log import Outcome

Decided = Outcome[Any] | None


def on_record_erased(app: Profile, received: Received) -> Decided:
    """The keys are gone; the rows that nobody can open any more go too."""
    return app.forget_record(received.record) if received.record else None


POLICIES: Mapping[str, Callable[[Profile, Received], Decided]] = {
    **MERGES,
    "identity.record_erased": on_record_erased,
}
