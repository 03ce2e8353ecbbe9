"""The version that a document takes the place of."""

from collections.abc import Callable
from uuid import UUID

from services.vault.domain.document import Document
from services.vault.domain.doubles import Doubles
from services.vault.domain.lot import Around, Lot, Offer
from services.vault.domain.origin import is_theirs
from services.vault.domain.taking import Taken
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import GENERIC_FR

UNKNOWN_PARENT = "replaced document unknown here"


class Versions:
    """``find``: the document of an id as the log has it."""

    def __init__(self, doubles: Doubles, *, find: Callable[[UUID], Document | None]) -> None:
        self._doubles = doubles
        self._find = find

    def former(
        self, lot: Lot, around: Around, offer: Offer, taken: Taken, by: Actor
    ) -> tuple[Document | None, tuple[str, ...]]:
        """The version replaced: the one asked for, else the one the CDA header names.

        Only its author or the same structure replaces a document. A parent that is not here, or
        not theirs, is told of in the same words.
        """
        if offer.replaces:
            return self.replaceable(lot, around, offer.replaces, by), ()
        if not taken.replaces:
            return None, ()
        for unique_id in taken.replaces:
            former = self._doubles.version(around.together, unique_id, by, lot.changed)
            if former:
                return former, ()
        return None, (UNKNOWN_PARENT,)

    def replaceable(self, lot: Lot, around: Around, former_id: UUID, by: Actor) -> Document:
        former = lot.changed.get(former_id) or self._find(former_id)
        if former is None or former.record_id != around.record_id:
            raise Forbidden(message_fr=GENERIC_FR)
        if not is_theirs(former, around.known(by)):
            raise Forbidden(message_fr=GENERIC_FR)
        return former
