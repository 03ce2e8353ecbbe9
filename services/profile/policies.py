"""What profile does when something happens elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.profile.application import Profile
from shared.eventing.kin import MERGES
from shared.eventing.received import Received
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "vault")
Decided = Outcome[Any] | None


def on_record_erased(app: Profile, received: Received) -> Decided:
    """The keys are gone; the rows that nobody can open any more go too."""
    return app.forget_record(received.record) if received.record else None


def on_document_visibility(app: Profile, received: Received) -> Decided:
    """Nothing derived from something hidden reaches those it is hidden from."""
    data = received.data
    return app.follow_document(UUID(data["document_id"]), sorted(data["confidentiality"]))


def on_document_gone(app: Profile, received: Received) -> Decided:
    """The laboratory corrected itself, or took back what is not this person's: what the document
    gave is true no more, and one that was deleted is shown to nobody."""
    return app.withdraw_document(UUID(received.data["document_id"]))


POLICIES: Mapping[str, Callable[[Profile, Received], Decided]] = {
    **MERGES,
    "identity.record_erased": on_record_erased,
    "vault.document_replaced": on_document_gone,
    "vault.document_deleted": on_document_gone,
    "vault.document_masked": on_document_visibility,
    "vault.document_unmasked": on_document_visibility,
    "vault.document_revealed_to_patient": on_document_visibility,
    "vault.document_revealed_to_representatives": on_document_visibility,
}
