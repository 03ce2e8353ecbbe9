"""The same document twice: which one it is, and who is told.

The producer's identifier names a document (XDS uniqueId), its bytes a bare file. One that was
deleted or discarded may be deposited again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.vault.domain.content import CDA
from services.vault.domain.document import Document
from services.vault.domain.origin import is_theirs
from services.vault.domain.states import Status
from services.vault.domain.taking import Taken
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict
from shared.kernel.gate import Gate
from shared.kernel.ids import derived_id

GONE = frozenset({Status.DELETED, Status.DISCARDED})
SCOPE = "double"
"""Of what is asked of ``access``: not to show a document, but whether to say that it is there."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """``original``: there already, and the depositor may see it. Else ``id`` is free, and
    ``hidden`` are those of the record with the same bytes, which they may not see."""

    id: UUID
    original: Document | None = None
    hidden: Sequence[Document] = ()


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
        self, records: Sequence[UUID], taken: Taken, by: Actor, changed: Mapping[UUID, Document]
    ) -> Known:
        """The same identifier with other bytes is refused (IHE: non-identical hash). To a
        depositor who may not see the original, that refusal and the answer to a double would
        tell of it: theirs is a document of its own."""
        names = _names(taken.metadata.unique_id, taken.media_type, by)
        free, named = self._named(records, names, changed)
        alike = [d for d in named if d.content.sha256 == taken.sha256]
        original = self._seen(alike, by)
        if original:
            return Known(id=original.id, original=original)
        if self._seen([d for d in named if d not in alike], by):
            raise Conflict(
                "This identifier already names another document of this record.",
                fields={"content.unique_id": "names a document with another content"},
            )
        return Known(id=free, hidden=_in_record(alike))

    def beside(
        self, records: Sequence[UUID], held: Document, by: Actor, changed: Mapping[UUID, Document]
    ) -> Sequence[Document]:
        """Others of the record with the bytes of one that was held back."""
        names = _names(held.metadata.unique_id, held.content.media_type, by)
        _, named = self._named(records, names, changed)
        alike = [d for d in named if d.content.sha256 == held.content.sha256]
        return _in_record([d for d in alike if d.id != held.id])

    def version(
        self, records: Sequence[UUID], unique_id: str, by: Actor, changed: Mapping[UUID, Document]
    ) -> Document | None:
        """The document of theirs that a producer's identifier names."""
        _, named = self._named(records, [(unique_id,)], changed)
        return next((d for d in named if is_theirs(d, by)), None)

    def _seen(self, documents: Sequence[Document], by: Actor) -> Document | None:
        """The first that they may see; ``access`` is not asked about their own."""
        own = (d for d in documents if is_theirs(d, by))
        return next(own, None) or next((d for d in documents if self._may_see(d, by)), None)

    def _may_see(self, document: Document, by: Actor) -> bool:
        if document.status is Status.HELD:
            return False
        asked = {**document.attributes(by), "scope": SCOPE}
        return self._gate.decide(document.record_id, "read", asked, by).permit

    def _named(
        self,
        records: Sequence[UUID],
        names: Sequence[tuple[str, ...]],
        changed: Mapping[UUID, Document],
    ) -> tuple[UUID, list[Document]]:
        """The id that is free for the first name in the first record; all that have one."""
        chains = [self._chain(record, changed, *name) for name in names for record in records]
        return chains[0][0], [document for _, living in chains for document in living]

    def _chain(
        self, record_id: UUID, changed: Mapping[UUID, Document], *parts: str
    ) -> tuple[UUID, list[Document]]:
        """Each that is gone, or that a depositor may not see, is followed by another of the same
        name."""
        living: list[Document] = []
        again: tuple[str, ...] = ()
        while True:
            document_id = derived_id(self._secret(), "document", str(record_id), *parts, *again)
            known = changed.get(document_id) or self._find(document_id)
            if known is None:
                return document_id, living
            if known.status not in GONE:
                living.append(known)
            again = ("again", str(document_id))


def _names(unique_id: str, media_type: str, by: Actor) -> list[tuple[str, ...]]:
    """What a document may be known by, first the name it gets if it is new. The person's own
    files have names of their own, so that none tells of another that is hidden from them."""
    if media_type == CDA:
        return [(unique_id,)]
    names: list[tuple[str, ...]] = [(unique_id,), (unique_id, "by the person")]
    return names[::-1] if by.principal.acts_for_person else names


def _in_record(documents: Sequence[Document]) -> Sequence[Document]:
    return [document for document in documents if document.status is not Status.HELD]
