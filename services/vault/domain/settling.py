"""What follows once a document is in the record."""

from collections.abc import Callable, Sequence
from uuid import UUID

from services.vault.domain import life, states
from services.vault.domain.arrangement import Arrangement
from services.vault.domain.copies import Copies
from services.vault.domain.document import Document
from services.vault.domain.lot import Around, Lot
from services.vault.domain.states import Act
from services.vault.domain.value_sets import ValueSets
from shared.kernel.actor import Actor
from shared.kernel.gate import Decision
from shared.kernel.ids import derived_id

DIRECTIVES = "DIR_ANT"
"""Heading of advance directives."""


class Settling:
    """``find``, ``secret`` and ``arrangement``: as of :class:`Depositing`."""

    def __init__(
        self,
        sets: ValueSets,
        *,
        find: Callable[[UUID], Document | None],
        secret: Callable[[], bytes],
        arrangement: Callable[[UUID, Actor], Arrangement],
    ) -> None:
        self._sets = sets
        self._find = find
        self._secret = secret
        self._arrangement = arrangement

    def settle(
        self,
        lot: Lot,
        around: Around,
        document: Document,
        former: Document | None,
        decision: Decision,
        by: Actor,
    ) -> None:
        """``former``: the version that it replaces."""
        self._make_place(lot, document, former, by)
        self._keep_directives(lot, around, document, decision, by)

    def copy(self, lot: Lot, document: Document, to: Sequence[str], by: Actor) -> None:
        """Professionals get it by secure mail, as who put it in is shown it."""
        if not to:
            return
        copies_id = derived_id(self._secret(), "copies", str(lot.submission_set), str(document.id))
        lot.copies.append(
            Copies.ask(
                copies_id,
                record_id=document.record_id,
                document_id=document.id,
                to=to,
                confidentiality=document.shown_to(by),
                by=by,
            )
        )

    @staticmethod
    def _make_place(lot: Lot, document: Document, former: Document | None, by: Actor) -> None:
        """The former makes place for it. Who had only deposited the former again takes theirs
        back: it stays for those whose it is."""
        if former and former.first_origin.includes(by):
            life.supersede(former, document.id, by)
        elif former:
            life.withdraw(former, None, by)
        if former:
            lot.changed[former.id] = former

    def _keep_directives(
        self, lot: Lot, around: Around, document: Document, decision: Decision, by: Actor
    ) -> None:
        """Of the directives a person adds one document is current: a new one takes the place of
        the former, which is not kept (Mon espace santé)."""
        said = document.metadata
        if not said.by_patient or said.type not in self._sets.types_under(DIRECTIVES):
            return
        if not lot.arranged:
            lot.arranged.append(self._arrangement(around.served[0], by))
        arrangement = lot.arranged[0]
        current = arrangement.directives
        former = (lot.changed.get(current) or self._find(current)) if current else None
        if former and former.status in states.MOVES[Act.DELETE].before:
            life.delete(former, decision.decision_id, by)
            lot.changed[former.id] = former
        arrangement.keep_directives(document.id, by)
