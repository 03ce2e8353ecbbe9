"""What the catalogue does when identity speaks."""

from collections.abc import Callable, Mapping

from services.catalogue.application import Catalogue
from shared.eventing.received import Received
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("identity",)
Decided = Outcome[Done] | None


def on_erased(app: Catalogue, received: Received) -> Decided:
    """The keys are gone; the rows of read models go too."""
    return app.forget(received.record) if received.record else None


POLICIES: Mapping[str, Callable[[Catalogue, Received], Decided]] = {
    "identity.record_erased": on_erased,
}
