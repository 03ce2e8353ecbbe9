"""What is refused of a document that is held back, before its depositor counts on it."""

from services.vault.domain import states
from services.vault.domain.copies import require_sendable
from services.vault.domain.document import Document
from services.vault.domain.states import Act
from services.vault.domain.taking import Taken
from services.vault.domain.visibility import FIELD, HIDING
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict


def require_releasable(document: Document, former: Document | None, by: Actor) -> None:
    """Who holds it back is told now what its release would be refused for."""
    if former:
        states.require(Act.REPLACE, former.status)
    if document.copies_to:
        require_sendable(document.shown_to(by), by)


def require_as_hidden(held: Document, taken: Taken) -> None:
    """Who hides it now would take it for hidden at its release."""
    if HIDING & {*taken.confidentiality} - {*held.told}:
        raise Conflict(
            "It is held back already, and hidden from fewer; discard it first, or release it so.",
            fields={FIELD: "is not that of the document held back"},
        )
