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
        if former:
            lot.changed[former.id] = former
        taken_away = self._keep_directives(lot, around, document, decision, by)
        if former and former is not taken_away:
            self._make_place(document, former, by)

    def copy(self, lot: Lot, document: Document, to: Sequence[str], by: Actor) -> None:
        """Professionals get it by secure mail, as who put it in is shown it: of a lot that has it
        twice, once."""
        before = [copies for copies in lot.copies if copies.document_id == document.id]
        to = [one for one in to if not any(one in copies.to for copies in before)]
        if not to:
            return
        again = [str(len(before))] if before else []
        copies_id = derived_id(
            self._secret(), "copies", str(lot.submission_set), str(document.id), *again
        )
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
    def _make_place(document: Document, former: Document, by: Actor) -> None:
        """The former makes place for it. Who had only deposited the former again takes theirs
        back: it stays for those whose it is."""
        if former.first_origin.includes(by):
            life.supersede(former, document.id, by)
        else:
            life.withdraw(former, None, by)

    def _keep_directives(
        self, lot: Lot, around: Around, document: Document, decision: Decision, by: Actor
    ) -> Document | None:
        """Of the directives a person adds one document is current: a new one takes the place of
        the former, which is not kept (Mon espace santé), and is told here."""
        said = document.metadata
        if not said.by_patient or said.type not in self._sets.types_under(DIRECTIVES):
            return None
        if not lot.arranged:
            lot.arranged.append(self._arrangement(around.served[0], by))
        arrangement = lot.arranged[0]
        current = arrangement.directives
        former = (lot.changed.get(current) or self._find(current)) if current else None
        arrangement.keep_directives(document.id, by)
        if former is None or former.status not in states.MOVES[Act.DELETE].before:
            return None
        life.delete(former, decision.decision_id, by)
        lot.changed[former.id] = former
        return former
