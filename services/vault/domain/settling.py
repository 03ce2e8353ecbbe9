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
        gone = self.keep_directives(lot, around, document, decision, by)
        if former and former not in gone:
            self._make_place(around, document, former, by)

    def copy(self, lot: Lot, document: Document, to: Sequence[str], by: Actor) -> None:
        """Professionals get it by secure mail, as who put it in is shown it: of a lot that has it
        twice, once."""
        before = [copies for copies in lot.copies if copies.document_id == document.id]
        to = [one for one in to if not any(one in copies.to for copies in before)]
        if not to:
            return
        if document.id not in lot.changed:  # one that is masked meanwhile is not sent
            lot.relied_on[document.id] = document.version
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
    def _make_place(around: Around, document: Document, former: Document, by: Actor) -> None:
        """The former makes place for it. Who had only deposited the former again takes theirs
        back: it stays for those whose it is."""
        if former.first_origin.includes(around.known(by)):
            life.supersede(former, document.id, by)
        else:
            life.withdraw(former, None, by)

    def keep_directives(
        self, lot: Lot, around: Around, document: Document, decision: Decision, by: Actor
    ) -> list[Document]:
        """Of the directives a person adds one document is current: a new one takes the place of
        the former, which is not kept (Mon espace santé), whichever record of theirs it was put
        into. Those that go are told. What was said not to be directives since stays."""
        types = self._sets.types_under(DIRECTIVES)
        if not document.metadata.by_patient or document.metadata.type not in types:
            return []
        if not lot.arranged:
            lot.arranged.append(self._arrangement(around.served[0], by))
        merged = [self._arrangement(record_id, by) for record_id in around.served[1:]]
        current = {one.directives for one in (*lot.arranged, *merged)} - {None, document.id}
        lot.arranged[0].keep_directives(document.id, by)
        known = [lot.changed.get(one) or self._find(one) for one in current if one]
        former = [
            d
            for d in known
            if d and d.metadata.type in types and d.status in states.MOVES[Act.DELETE].before
        ]
        for one in former:
            life.delete(one, decision.decision_id, by)
            lot.changed[one.id] = one
        return former
