"""What the vault does when identity merges, splits or erases records."""

from collections.abc import Callable, Mapping
from typing import Any

from services.vault.application import Vault
from shared.eventing.kin import MERGES
from shared.eventing.received import Received
from shared.stores.event_log import Outcome

FOLLOWS = ("identity",)
Decided = Outcome[Any] | None


def on_record_erased(app: Vault, received: Received) -> Decided:
    """Its keys are gone, so that nothing of it opens; what lies in object storage goes too."""
    if received.record:
        app.contents.forget(received.record)
    return None


POLICIES: Mapping[str, Callable[[Vault, Received], Decided]] = {
    **MERGES,
    "identity.record_erased": on_record_erased,
}
