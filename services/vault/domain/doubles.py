"""The same document twice: which one it is, and who is told.

The producer's identifier names a document (XDS uniqueId), its bytes a bare file. One that was
deleted or discarded may be deposited again.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from services.vault.domain.content import CDA
from services.vault.domain.document import Document
from services.vault.domain.states import Status
from services.vault.domain.taking import Taken
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict
from shared.kernel.gate import Gate
from shared.kernel.ids import derived_id

GONE = frozenset({Status.DELETED, Status.DISCARDED})


class Doubles:
    """``find``: the document of an id as the log has it. ``secret``: of keyed ids.

    ``records``: where it is put, first, then those served as one with it; ``changed``: the
    documents of the lot at hand."""

    def __init__(
        self,
        gate: Gate,
        *,
        find: Callable[[UUID], Document | None],
        secret: Callable[[], bytes],
    ) -> None:
        self._gate = gate
        self._find = find
        self._secret = secret

    def same(
        self,
        records: Sequence[UUID],
        taken: Taken,
        by: Actor,
        changed: Mapping[UUID, Document],
        *,
        hold: bool,
    ) -> tuple[UUID, Document | None]:
        """The id this document has in this record, and the document if it is there already.

        The same identifier with other bytes is refused (IHE: non-identical hash). To a depositor
        who may not see the original that refusal would tell of it: theirs is kept as a document
        of its own. The same bytes are one document, and theirs too from then on; unless they
        hold theirs back (``hold``): it is then a document of its own, which they release as any.
        """
        found = [self._named(records, changed, *name) for name in _names(taken, by)]
        for _, original in found:
            if original is None:
                continue
            if self.may_see(original, by):
                return original.id, _the_same(original, taken)
        beside = [self._named(records, changed, *name) for name in _names_beside(taken, by)]
        for _, own in beside:
            if own and self.may_see(own, by):
                return own.id, own
        for _, original in [*found, *beside]:
            if original and not hold and self._is_one(original, taken, by):
                return original.id, original
        free = (id_ for id_, known in [found[0], *beside] if known is None)
        return next(free), None

    @staticmethod
    def _is_one(original: Document, taken: Taken, by: Actor) -> bool:
        """What the person adds themselves they must find again, whatever else is hidden from
        them; what is held back is not in the record."""
        if original.content.sha256 != taken.sha256 or original.status is Status.HELD:
            return False
        return not by.principal.acts_for_person

    def version(
        self, records: Sequence[UUID], unique_id: str, changed: Mapping[UUID, Document]
    ) -> Document | None:
        """The document that a producer's identifier names."""
        return self._named(records, changed, unique_id)[1]

    def may_see(self, document: Document, by: Actor) -> bool:
        if document.origin.includes(by):
            return True
        if document.status is Status.HELD:
            return False
        # Not asked as a list: its line in the journal would tell that something is there.
        return self._gate.decide(document.record_id, "read", document.attributes(by), by).permit

    def _named(
        self, records: Sequence[UUID], changed: Mapping[UUID, Document], *parts: str
    ) -> tuple[UUID, Document | None]:
        """Who has that name; if nobody, the id that is free for it."""
        found = [self._living(record_id, changed, *parts) for record_id in records]
        return next(((id_, living) for id_, living in found if living), found[0])

    def _living(
        self, record_id: UUID, changed: Mapping[UUID, Document], *parts: str
    ) -> tuple[UUID, Document | None]:
        """Each that is gone is followed by another of the same name."""
        again: tuple[str, ...] = ()
        while True:
            document_id = derived_id(self._secret(), "document", str(record_id), *parts, *again)
            known = changed.get(document_id) or self._find(document_id)
            if known is None or known.status not in GONE:
                return document_id, known
            again = ("again", str(document_id))


def _names(taken: Taken, by: Actor) -> list[tuple[str, ...]]:
    """What a document may be known by, first the name it gets if it is new. The person's own
    files have names of their own, so that none tells of another that is hidden from them."""
    unique_id = taken.metadata.unique_id
    if taken.media_type == CDA:
        return [(unique_id,)]
    names: list[tuple[str, ...]] = [(unique_id,), (unique_id, "by the person")]
    return names[::-1] if by.principal.acts_for_person else names


def _names_beside(taken: Taken, by: Actor) -> list[tuple[str, ...]]:
    """Of what a depositor keeps beside a document that is hidden from them; the last is theirs
    alone, so that there is always one to see or one that is free."""
    name = (taken.metadata.unique_id, taken.sha256)
    return [name, (*name, by.principal.kind.value, by.principal.id)]


def _the_same(original: Document, taken: Taken) -> Document:
    if original.content.sha256 != taken.sha256:
        raise Conflict(
            "This identifier already names another document of this record.",
            fields={"content.unique_id": "names a document with another content"},
        )
    return original
